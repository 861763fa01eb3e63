package io.broadside.token.platform.facebook;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Call;
import io.broadside.token.platform.CodeExchange;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.facebook.FacebookLogin.Page;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * One walk through the Pages of a person: those that are theirs, and those that belong to a business of theirs, each once.
 *
 * <p>https://developers.facebook.com/docs/graph-api/reference/user/accounts,
 * https://developers.facebook.com/docs/marketing-api/business-asset-management/guides/pages
 */
final class FacebookPages {

    private static final String ID = "facebook";
    private static final String FIELDS = "id,name,access_token,instagram_business_account";
    private static final String PIECE = "100";
    private static final int MOST_PIECES = 10;
    private static final String CREATING = "CREATE_CONTENT";

    /** An agency has hundreds of clients, and a person waits for the list. */
    private static final int MOST_BUSINESSES = 10;

    private static final int MOST_PIECES_OF_A_BUSINESS = 3;

    private final FacebookConfig config;
    private final Secret token;
    private final Function<Call, Step<JsonNode>> ask;

    /** @param token of the person */
    FacebookPages(FacebookConfig config, Secret token, Function<Call, Step<JsonNode>> ask) {
        this.config = config;
        this.token = token;
        this.ask = ask;
    }

    /** Those that the person ticked and may publish on; perhaps none. */
    Step<List<Page>> ofThePerson() {
        return listed("me.accounts", "/me/accounts", FIELDS + ",tasks", MOST_PIECES)
                .then(found -> new Step.Done<>(pages(found)));
    }

    /** The same, and those of businesses. What Facebook does not tell about these is left out: the others are there. */
    Step<List<Page>> ofThePersonAndBusinesses() {
        return ofThePerson().then(theirs -> {
            var all = new LinkedHashMap<String, Page>();
            theirs.forEach(page -> all.put(page.id(), page));
            var businesses = told(listed("me.businesses", "/me/businesses", "id", 1));
            businesses.stream()
                    .flatMap(business -> PlatformJson.text(business, "id").stream())
                    .limit(MOST_BUSINESSES)
                    .forEach(id -> {
                        for (var kind : List.of("owned_pages", "client_pages")) {
                            var path = "/" + URLEncoder.encode(id, UTF_8) + "/" + kind;
                            pages(told(listed("business." + kind, path, FIELDS, MOST_PIECES_OF_A_BUSINESS)))
                                    .forEach(page -> all.putIfAbsent(page.id(), page));
                        }
                    });
            return new Step.Done<>(List.copyOf(all.values()));
        });
    }

    private static List<JsonNode> told(Step<List<JsonNode>> listed) {
        return switch (listed) {
            case Step.Done<List<JsonNode>>(var found) -> found;
            case Step.Failed<List<JsonNode>> _ -> List.of();
        };
    }

    private Step<List<JsonNode>> listed(String name, String path, String fields, int mostPieces) {
        var found = new ArrayList<JsonNode>();
        var after = Optional.<String>empty();
        for (int i = 0; i < mostPieces; i++) {
            var parameters = new LinkedHashMap<String, String>();
            parameters.put("fields", fields);
            parameters.put("limit", PIECE);
            after.ifPresent(cursor -> parameters.put("after", cursor));
            var call = Call.get(ID, name, CodeExchange.withQuery(config.uri(path), parameters))
                    .withBearer(token);
            switch (ask.apply(call)) {
                case Step.Failed<JsonNode>(var code, var sentence) -> {
                    return Step.failed(code, sentence);
                }
                case Step.Done<JsonNode>(var body) -> {
                    body.path("data").forEach(found::add);
                    after = Optional.of(body.path("paging"))
                            .filter(paging -> paging.has("next"))
                            .flatMap(paging -> PlatformJson.text(paging.path("cursors"), "after"));
                }
            }
            if (after.isEmpty()) {
                break;
            }
        }
        return new Step.Done<>(found);
    }

    private static List<Page> pages(List<JsonNode> found) {
        return found.stream().flatMap(page -> page(page).stream()).toList();
    }

    /** Facebook gives no token of a Page on which the person has no role. */
    private static Optional<Page> page(JsonNode page) {
        var tasks = page.path("tasks");
        var mayCreate = !tasks.isArray()
                || StreamSupport.stream(tasks.spliterator(), false)
                        .anyMatch(task -> task.asText().equals(CREATING));
        var token = PlatformJson.token(page, "access_token").map(Secret::of);
        return PlatformJson.text(page, "id")
                .filter(_ -> mayCreate && token.isPresent())
                .map(id -> new Page(
                        id,
                        PlatformJson.text(page, "name").orElse(id),
                        token.orElseThrow(),
                        PlatformJson.text(page.path("instagram_business_account"), "id")));
    }
}
