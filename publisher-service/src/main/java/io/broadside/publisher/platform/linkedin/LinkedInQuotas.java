package io.broadside.publisher.platform.linkedin;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Quotas;
import java.util.List;

/**
 * LinkedIn counts the calls of each endpoint by itself, for the member and for the app, in days that begin at midnight UTC.
 * It says nothing of that until it refuses one, so calls are counted here. A member who posts for several organisations has
 * one count at LinkedIn, and one for each of them here: then the refusal tells.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits
 */
public final class LinkedInQuotas implements Quotas {

    private static final String POSTS = "posts";
    private static final String SPAN = "one day UTC";

    private final LinkedInConfig config;

    public LinkedInQuotas(LinkedInConfig config) {
        this.config = config;
    }

    @Override
    public String platform() {
        return LinkedInPlatform.ID;
    }

    @Override
    public String title() {
        return "LinkedIn";
    }

    @Override
    public String groupOf(String endpoint) {
        return switch (endpoint) {
            case LinkedInPlatform.CREATE_VERSIONED, LinkedInPlatform.CREATE_UNVERSIONED -> POSTS;
            default -> endpoint;
        };
    }

    @Override
    public String nameOf(String group) {
        return group.equals(POSTS) ? "posts" : Quotas.super.nameOf(group);
    }

    /** Nothing is known that limits the other steps; a refusal of one holds all of the account. */
    @Override
    public List<Need> next(PublishCommand command) {
        if (command.getCheckpoint().isEmpty()) {
            return List.of(new Need(POSTS, 1));
        }
        return switch (LinkedInStep.of(command).orElse(LinkedInStep.PROCESS)) {
            case CREATE -> List.of(new Need(POSTS, 1));
            case COMMENT -> List.of(new Need(Comments.CREATE, 1));
            case MEDIA, PROCESS -> List.of();
        };
    }

    @Override
    public List<Documented> documented() {
        var day = new Window.UtcDay();
        return List.of(
                new Documented(Holder.ACCOUNT, POSTS, SPAN, config.postsOfMember(), day),
                new Documented(Holder.APP, POSTS, SPAN, config.postsOfApp(), day));
    }
}
