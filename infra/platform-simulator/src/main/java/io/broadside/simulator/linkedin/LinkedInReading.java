package io.broadside.simulator.linkedin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.account.LinkedInMember.Organization;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.linkedin.LinkedInApi.Caller;
import io.broadside.simulator.linkedin.LinkedInChange.Post;
import io.broadside.simulator.settings.CurrentSettings;
import java.time.Clock;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * Reading back: posts of organizations, who the member is, and which organizations it looks after. Posts of members are closed.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
 */
final class LinkedInReading {
    private static final int DEFAULT_COUNT = 10;
    private static final int MOST = 100;

    private final Clock clock;
    private final LinkedInState state;
    private final CurrentSettings settings;

    LinkedInReading(Clock clock, LinkedInState state, CurrentSettings settings) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
    }

    Reply post(Caller caller, String urn) {
        var post = state.post(urn).filter(this::isVisible).orElseThrow(() -> new Refusal(LinkedInError.notFound(urn)));
        caller.mayReadOf(post.author(), "partnerApiPostsExternal.GET");
        return Reply.json(200, view(post));
    }

    Reply byAuthor(Caller caller, Request request) {
        if (!request.header("X-RestLi-Method")
                .filter("FINDER"::equalsIgnoreCase)
                .isPresent()) {
            return LinkedInError.plain(400, "X-RestLi-Method: FINDER is needed");
        }
        var query = request.query();
        if (!"author".equals(query.get("q"))) {
            return LinkedInError.plain(400, "q=author is needed");
        }
        var author = Optional.ofNullable(query.get("author")).orElseThrow(() -> LinkedInError.missing("author"));
        NewPost.requireAuthor(author);
        caller.mayReadOf(author, "partnerApiPostsExternal.FINDER-author");
        int start = number(query.getOrDefault("start", "0"), Integer.MAX_VALUE);
        int count = number(query.getOrDefault("count", Integer.toString(DEFAULT_COUNT)), MOST);
        var order = switch (query.getOrDefault("sortBy", "LAST_MODIFIED").toUpperCase(Locale.ROOT)) {
            case "LAST_MODIFIED" -> Comparator.comparing(state::changedAt).reversed();
            case "CREATED" -> Comparator.comparing(Post::createdAt).reversed();
            default -> throw LinkedInError.invalid("sortBy", "LAST_MODIFIED or CREATED needed");
        };
        var body = Json.object();
        body.putObject("paging").put("start", start).put("count", count).putArray("links");
        var elements = body.putArray("elements");
        state.author(author).posts().stream()
                .flatMap(post -> state.post(post.urn()).stream())
                .filter(this::isVisible)
                .sorted(order)
                .skip(start)
                .limit(count)
                .forEach(post -> elements.add(view(post)));
        return Reply.json(200, body);
    }

    Reply userinfo(Caller caller) {
        if (!caller.has("openid")) {
            return LinkedInError.accessDenied("userinfo.GET.NO_VERSION");
        }
        var name = caller.member().name();
        int space = name.indexOf(' ');
        var body = Json.object().put("sub", caller.member().id());
        if (caller.has("profile")) {
            body.put("name", name)
                    .put("given_name", space < 0 ? name : name.substring(0, space))
                    .put("family_name", space < 0 ? "" : name.substring(space + 1));
            body.putObject("locale").put("country", "US").put("language", "en");
        }
        if (caller.has("email")) {
            body.put("email", "member@example.org").put("email_verified", true);
        }
        return Reply.json(200, body);
    }

    /** @param field what the organization is called in the answer, which differs between the old path and the new one */
    Reply organizations(Caller caller, Request request, String field) {
        var query = request.query();
        if (!"roleAssignee".equals(query.get("q"))) {
            return LinkedInError.plain(400, "q=roleAssignee is needed");
        }
        if (!caller.has("rw_organization_admin") && !caller.has("r_organization_admin")) {
            return LinkedInError.accessDenied("organizationAcls.FINDER-roleAssignee");
        }
        var role = Optional.ofNullable(query.get("role"));
        var isApproved = query.getOrDefault("state", "APPROVED").equals("APPROVED");
        int start = number(query.getOrDefault("start", "0"), Integer.MAX_VALUE);
        int count = number(query.getOrDefault("count", Integer.toString(DEFAULT_COUNT)), MOST);
        var body = Json.object();
        body.putObject("paging").put("start", start).put("count", count).putArray("links");
        var elements = body.putArray("elements");
        caller.member().organizations().stream()
                .filter(_ -> isApproved)
                .filter(it -> role.isEmpty() || role.get().equals(it.role()))
                .skip(start)
                .limit(count)
                .forEach(it -> add(
                        elements,
                        caller,
                        it,
                        field,
                        query.getOrDefault("projection", "").contains("~")));
        return Reply.json(200, body);
    }

    private static void add(
            ArrayNode elements, Caller caller, Organization organization, String field, boolean isDecorated) {
        var element = elements.addObject()
                .put("role", organization.role())
                .put("roleAssignee", caller.urn())
                .put("state", "APPROVED")
                .put(field, Urn.organization(organization.id()));
        if (isDecorated) {
            element.set(field + "~", view(organization));
        }
    }

    Reply organization(Caller caller, String id) {
        return caller.member().organizations().stream()
                .filter(it -> it.id().equals(id))
                .findFirst()
                .filter(_ -> caller.has("rw_organization_admin") || caller.has("r_organization_social"))
                .map(it -> Reply.json(200, view(it)))
                .orElseGet(() -> LinkedInError.accessDenied("organizations.GET"));
    }

    private boolean isVisible(Post post) {
        return !clock.instant()
                .isBefore(post.createdAt().plusSeconds(settings.get().readLagSeconds()));
    }

    private ObjectNode view(Post post) {
        var created = post.createdAt().toEpochMilli();
        var view = Json.object()
                .put("id", post.urn())
                .put("author", post.author())
                .put("commentary", post.commentary())
                .put("visibility", post.visibility())
                .put("lifecycleState", "PUBLISHED")
                .put("isReshareDisabledByAuthor", false)
                .put("createdAt", created)
                .put("publishedAt", created)
                .put("lastModifiedAt", state.changedAt(post).toEpochMilli());
        view.putObject("lifecycleStateInfo")
                .put("isEditedByAuthor", !state.changedAt(post).equals(post.createdAt()));
        var distribution = view.putObject("distribution").put("feedDistribution", "MAIN_FEED");
        distribution.putArray("targetEntities");
        distribution.putArray("thirdPartyDistributionChannels");
        post.content().ifPresent(content -> view.set("content", content));
        return view;
    }

    private static ObjectNode view(Organization organization) {
        return Json.object()
                .put("id", Long.parseLong(organization.id()))
                .put("localizedName", organization.name())
                .put("vanityName", organization.name().toLowerCase(Locale.ROOT).replace(' ', '-'));
    }

    private static int number(String text, int most) {
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > most) {
            throw LinkedInError.invalid("count", "a number up to " + most + " needed");
        }
        return Integer.parseInt(text);
    }
}
