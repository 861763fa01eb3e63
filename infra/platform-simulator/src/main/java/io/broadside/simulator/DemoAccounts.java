package io.broadside.simulator;

import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.XUser;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The accounts a new simulator has. Tokens are of this double only.
 *
 * <p>Pages 1 and 2 are managed by the person with {@code sim-facebook-user-1-token}, Page 3 by the one with
 * {@code sim-facebook-user-2-token}. Page tokens do not expire, user tokens do after 60 days, access tokens of X after
 * 2 hours: {@code sim-x-refresh-1-token} and the others get new ones, once.
 */
final class DemoAccounts {
    private static final Duration USER_TOKEN_LIVES = Duration.ofDays(60);
    private static final Duration X_TOKEN_LIVES = Duration.ofHours(2);

    private DemoAccounts() {}

    static List<Account> at(Instant now) {
        return List.of(
                page(1, 1, "Harbour Bakery", now),
                page(2, 1, "Harbour Coffee", now),
                page(3, 2, "Town Library", now),
                user(1, "harbour_bakery", now),
                user(2, "harbour_coffee", now),
                user(3, "town_library", now));
    }

    private static FacebookPage page(int number, int person, String name, Instant now) {
        return FacebookPage.of("100000000" + number, name, "sim-facebook-page-" + number + "-token")
                .withUserId("200000000" + person)
                .withUserToken("sim-facebook-user-" + person + "-token")
                .withUserExpiresAt(now.plus(USER_TOKEN_LIVES));
    }

    private static XUser user(int number, String username, Instant now) {
        return XUser.of(
                        Integer.toString(number).repeat(19),
                        username,
                        "sim-x-access-" + number + "-token",
                        "sim-x-refresh-" + number + "-token")
                .withExpiresAt(now.plus(X_TOKEN_LIVES));
    }
}
