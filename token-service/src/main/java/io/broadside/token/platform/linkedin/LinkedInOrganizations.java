package io.broadside.token.platform.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.PlatformJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The organisations that a member may publish for. LinkedIn lists them in pieces, and not always the same ones first.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-access-control-by-role,
 * https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/pagination
 */
final class LinkedInOrganizations {

    private static final String ID = "linkedin";
    private static final String URN = "urn:li:organization:";
    private static final String PATH = "/v2/organizationalEntityAcls?q=roleAssignee&state=APPROVED&projection="
            + "(elements*(role,organizationalTarget,organizationalTarget~(localizedName)),paging)";
    private static final int PIECE = 100;
    private static final int MOST_PIECES = 10;

    /** Those of an analyst or a recruiter do not let anybody publish. */
    private static final Set<String> PUBLISHING = Set.of("ADMINISTRATOR", "CONTENT_ADMINISTRATOR");

    private final LinkedInConfig config;
    private final PlatformCalls calls;

    LinkedInOrganizations(LinkedInConfig config, PlatformCalls calls) {
        this.config = config;
        this.calls = calls;
    }

    /** What came of asking. */
    sealed interface Listed {

        /**
         * LinkedIn told.
         *
         * @param organizations in its order, each once
         * @param isAll whether there are no more
         */
        record Told(List<Organization> organizations, boolean isAll) implements Listed {
            public Told {
                organizations = List.copyOf(organizations);
            }

            Optional<Organization> find(String id) {
                return organizations.stream().filter(it -> it.id().equals(id)).findFirst();
            }
        }

        /** It did not, or only a part, or something that is no list. */
        record NotTold(Reply reply) implements Listed {}
    }

    /** @param name its id, if LinkedIn does not say */
    record Organization(String id, String name) {}

    Listed of(Secret token, CallContext context) {
        var all = new LinkedHashMap<String, Organization>();
        var seen = 0;
        for (int i = 0; i < MOST_PIECES; i++) {
            var call = Call.get(ID, "organizations", config.ofApi(PATH + "&start=" + seen + "&count=" + PIECE))
                    .withHeader("X-Restli-Protocol-Version", "2.0.0")
                    .withBearer(token);
            var reply = calls.call(call, context);
            var body = reply instanceof Reply.Answer answer && answer.isSuccess()
                    ? PlatformJson.of(answer)
                    : MissingNode.getInstance();
            var elements = body.path("elements");
            if (!elements.isArray()) {
                return new Listed.NotTold(reply);
            }
            seen += elements.size();
            elements.forEach(element -> organization(element).ifPresent(it -> all.putIfAbsent(it.id(), it)));
            if (!hasMore(body.path("paging"), seen, elements.size())) {
                return new Listed.Told(new ArrayList<>(all.values()), true);
            }
        }
        return new Listed.Told(new ArrayList<>(all.values()), false);
    }

    /** A piece that is smaller than asked for is the last one, unless LinkedIn says that it gives smaller ones, or how many there are. */
    private static boolean hasMore(JsonNode paging, int seen, int size) {
        if (size == 0) {
            return false;
        }
        if (paging.path("total").asInt(0) > 0) {
            return seen < paging.path("total").asInt();
        }
        var piece = paging.path("count").asInt(PIECE);
        return size >= (piece > 0 ? Math.min(piece, PIECE) : PIECE);
    }

    private static Optional<Organization> organization(JsonNode element) {
        var role = PlatformJson.text(element, "role");
        var name = PlatformJson.text(element.path("organizationalTarget~"), "localizedName");
        return PlatformJson.text(element, "organizationalTarget")
                .filter(urn -> urn.startsWith(URN))
                .filter(_ -> role.isEmpty() || PUBLISHING.contains(role.get()))
                .map(urn -> urn.substring(URN.length()))
                .map(id -> new Organization(id, name.orElse(id)));
    }
}
