package io.broadside.token.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Scopes of the AT Protocol: one that allows everything, or one for each kind of record and what is done to it. A post is put in its
 * place, which takes the right to create and the one to update.
 *
 * <p>https://atproto.com/specs/permission
 */
final class BlueskyScopes {

    private static final String SIGN_IN = "atproto";
    private static final String EVERYTHING = "transition:generic";
    private static final String POSTS = "app.bsky.feed.post";
    private static final String CREATE = "repo:" + POSTS + "?action=create";
    private static final String UPDATE = "repo:" + POSTS + "?action=update";
    private static final String FILES = "blob:*/*";

    /** What publishing needs, in its narrowest form. */
    static final List<String> PUBLISHING = List.of(SIGN_IN, CREATE, UPDATE, FILES);

    private BlueskyScopes() {}

    /** Whether what was granted allows what one of those is for. */
    static boolean allow(List<String> granted, String needed) {
        if (granted.contains(needed)) {
            return true;
        }
        if (needed.equals(SIGN_IN)) {
            return false;
        }
        return granted.contains(EVERYTHING)
                || switch (needed) {
                    case CREATE -> allowPosts(granted, "create");
                    case UPDATE -> allowPosts(granted, "update");
                    case FILES -> allowPicturesAndVideos(granted);
                    default -> false;
                };
    }

    /** Without an action, all of them. */
    private static boolean allowPosts(List<String> granted, String action) {
        return granted.stream()
                .filter(scope -> isOf(scope, "repo"))
                .filter(scope -> values(scope, "collection").anyMatch(Set.of("*", POSTS)::contains))
                .anyMatch(scope -> values(scope, "action").findAny().isEmpty()
                        || values(scope, "action").anyMatch(action::equals));
    }

    private static boolean allowPicturesAndVideos(List<String> granted) {
        var types = granted.stream()
                .filter(scope -> isOf(scope, "blob"))
                .flatMap(scope -> values(scope, "accept"))
                .toList();
        return types.contains("*/*") || types.containsAll(List.of("image/*", "video/*"));
    }

    private static boolean isOf(String scope, String resource) {
        return scope.split("[:?]", 2)[0].equals(resource);
    }

    /** Of a parameter; that of a repo or a blob which stands behind the colon is its first. */
    private static Stream<String> values(String scope, String name) {
        var halves = scope.split("\\?", 2);
        var first = halves[0].split(":", 2);
        var positional = first.length == 2 && !name.equals("action") ? Stream.of(first[1]) : Stream.<String>empty();
        var named = halves.length == 2
                ? Stream.of(halves[1].split("&", -1))
                        .filter(parameter -> parameter.startsWith(name + "="))
                        .map(parameter -> parameter.substring(name.length() + 1))
                : Stream.<String>empty();
        return Stream.concat(positional, named).map(BlueskyScopes::decoded);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException _) {
            return text;
        }
    }
}
