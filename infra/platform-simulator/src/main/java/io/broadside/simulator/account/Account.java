package io.broadside.simulator.account;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;

/** Something one can publish as: a record of one network. Its tokens are shown in clear: they open nothing but this double. */
@JsonIgnoreProperties(value = "platform", allowGetters = true)
public interface Account {
    String id();

    /** Name of the Page, or username. */
    String name();

    /** Is written with the account, and tells which record it is when it is read. */
    @JsonProperty
    Platform platform();

    /** The newest tokens. */
    Tokens tokens();

    /**
     * What a person would paste to connect an account.
     *
     * @param access what posts are made with
     * @param refresh brings new access tokens, where the network has such a thing
     */
    record Tokens(String access, Optional<String> refresh) {}
}
