package io.broadside.publisher.platform.facebook;

import io.broadside.publisher.platform.Quotas;
import io.broadside.publisher.platform.graph.UsageLevels;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Instant;
import java.util.List;

/** Facebook counts all calls together, for the app and for the Page, and tells percentages. */
public final class FacebookQuotas implements Quotas {

    @Override
    public String platform() {
        return FacebookPlatform.ID;
    }

    @Override
    public String title() {
        return "Facebook";
    }

    @Override
    public List<Reading> readings(String endpoint, Answer answer, Instant now) {
        return UsageLevels.in(answer, now);
    }
}
