package io.broadside.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.XUser;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** Accounts by the dozen, so that many posts can be under way at once. */
final class ChaosAccounts {

    private static final int PER_PLATFORM = 40;
    private static final int MOST_ATTEMPTS = 5;

    private ChaosAccounts() {}

    /** An account posts can go to. */
    record Connected(String connectionId, String profileId, String platform) {}

    static List<Connected> connect(PlatformSimulator simulator, StackClient client)
            throws IOException, InterruptedException {
        var connected = new ArrayList<Connected>();
        for (int i = 0; i < PER_PLATFORM; i++) {
            for (var account : List.of(page(i), user(i))) {
                simulator.control().add(account);
                var profile = "profile-" + i;
                var platform = account.platform().id();
                var answer = connect(client, profile, account);
                connected.add(new Connected(answer.path("connectionId").asText(), profile, platform));
            }
        }
        return connected;
    }

    /** A machine with all its cores busy may take longer than a client waits; connecting again is no other connection. */
    private static JsonNode connect(StackClient client, String profile, Account account)
            throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return client.connect(profile, account);
            } catch (HttpTimeoutException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static Account page(int number) {
        return FacebookPage.of(
                Long.toString(1_700_000_000L + number), "Page " + number, "sim-chaos-page-" + number + "-token");
    }

    private static Account user(int number) {
        return XUser.of(
                Long.toString(2_700_000_000L + number),
                "chaos_user_" + number,
                "sim-chaos-x-" + number + "-token",
                "sim-chaos-x-" + number + "-refresh");
    }
}
