package io.broadside.simulator.account;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Something one can publish as. Its tokens are shown in clear: they open nothing but this double. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "platform")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FacebookPage.class, name = "facebook"),
    @JsonSubTypes.Type(value = XUser.class, name = "x")
})
public sealed interface Account permits FacebookPage, XUser {
    String id();

    /** Name of the Page, or username. */
    String name();

    @JsonIgnore
    default Platform platform() {
        return switch (this) {
            case FacebookPage _ -> Platform.FACEBOOK;
            case XUser _ -> Platform.X;
        };
    }
}
