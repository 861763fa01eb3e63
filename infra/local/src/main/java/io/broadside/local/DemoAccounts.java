package io.broadside.local;

import io.broadside.simulator.account.Account;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Connects the simulator's accounts to the profiles bakery, coffee and library, as their owners would. */
final class DemoAccounts {

    /** The profile that {@code publish} uses unless told otherwise. */
    static final String FIRST_PROFILE = "bakery";

    /** Profiles by the order of the accounts on each platform. */
    private static final String[] PROFILES = {FIRST_PROFILE, "coffee", "library"};

    private DemoAccounts() {}

    /**
     * An account that is connected.
     *
     * @param accountId the platform's id of whose token it is
     */
    record Connected(String connectionId, String profileId, String platform, String accountId, String name) {}

    /** Connects those that are not connected yet; gives all of them, by profile and platform: {@code bakery/x}. */
    static Map<String, Connected> connect(LocalStack stack, StackClient client)
            throws IOException, InterruptedException {
        var connected = new HashMap<String, Connected>();
        var perPlatform = new HashMap<String, Integer>();
        for (var account : inOrder(stack.simulator().control().accounts())) {
            var platform = account.platform().id();
            var number = perPlatform.merge(platform, 1, Integer::sum) - 1;
            if (number < PROFILES.length) {
                connected.put(PROFILES[number] + "/" + platform, connect(client, PROFILES[number], account));
            }
        }
        return connected;
    }

    private static List<Account> inOrder(List<Account> accounts) {
        return accounts.stream()
                .filter(account ->
                        LocalStack.PLATFORMS.contains(account.platform().id()))
                .sorted(Comparator.comparing(Account::id))
                .toList();
    }

    private static Connected connect(StackClient client, String profile, Account account)
            throws IOException, InterruptedException {
        var platform = account.platform().id();
        for (var known : client.connections(profile).path("connections")) {
            if (known.path("platform").asText().equals(platform)) {
                return connected(known.path("connectionId").asText(), profile, account);
            }
        }
        return connected(client.connect(profile, account).path("connectionId").asText(), profile, account);
    }

    private static Connected connected(String connectionId, String profile, Account account) {
        return new Connected(connectionId, profile, account.platform().id(), account.id(), account.name());
    }
}
