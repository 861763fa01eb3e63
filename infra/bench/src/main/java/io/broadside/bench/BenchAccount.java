package io.broadside.bench;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** An account at the simulator, which {@link Seeds} connects to Broadside. What it is called follows from its number. */
record BenchAccount(String platform, int number) {

    /** Posts go to them in turn, so that each has as many. */
    static final List<String> PLATFORMS = List.of("facebook", "instagram", "linkedin", "x", "tiktok");

    private static final long FIRST_PAGE = 1_700_000_000L;
    private static final long FIRST_INSTAGRAM = 17_841_400_000_000_000L;
    private static final long FIRST_USER = 2_700_000_000L;

    /** The account of a post, by the number of that: the platforms take turns, and so do the accounts of each. */
    static BenchAccount ofPost(long post, int accountsEach) {
        var platform = PLATFORMS.get((int) (post % PLATFORMS.size()));
        return new BenchAccount(platform, (int) (post / PLATFORMS.size() % accountsEach));
    }

    String connectionId() {
        return "bench-" + platform + "-" + number;
    }

    String profileId() {
        return "bench-" + number;
    }

    /** The platform's id of it. */
    String id() {
        return switch (platform) {
            case "facebook" -> Long.toString(FIRST_PAGE + number);
            case "instagram" -> Long.toString(FIRST_INSTAGRAM + number);
            case "x" -> Long.toString(FIRST_USER + number);
            default -> "bench" + number;
        };
    }

    /** The platform's kind of account. */
    String kind() {
        return switch (platform) {
            case "facebook" -> "page";
            case "instagram" -> "instagram_login";
            case "linkedin" -> "member";
            default -> "user";
        };
    }

    String token() {
        return "sim-bench-" + platform + "-" + number + "-token";
    }

    /** As the simulator's control takes it. */
    JsonObject atSimulator() {
        var account = new JsonObject()
                .put("platform", platform)
                .put("id", id())
                .put("name", "bench_" + platform + "_" + number)
                .put(platform.equals("facebook") ? "pageToken" : "accessToken", token());
        return platform.equals("x") || platform.equals("tiktok")
                ? account.put("refreshToken", "sim-bench-" + platform + "-" + number + "-refresh")
                : account;
    }
}
