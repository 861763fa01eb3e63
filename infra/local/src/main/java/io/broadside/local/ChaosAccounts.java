package io.broadside.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.account.LinkedInMember.Organization;
import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.instagram.InstagramAccount;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** Accounts by the dozen, so that many posts can be under way at once. */
final class ChaosAccounts {

    private static final int PER_PLATFORM = 40;
    private static final int MOST_ATTEMPTS = 5;

    private ChaosAccounts() {}

    /** Every so many members of LinkedIn look after no organisation: what they posted, nobody can read. */
    private static final int MEMBERS_WITHOUT_ORGANIZATION = 8;

    /**
     * An account posts can go to.
     *
     * @param isReadable whether the platform shows an app what it has posted there
     */
    record Connected(String connectionId, String profileId, String platform, boolean isReadable) {}

    static List<Connected> connect(PlatformSimulator simulator, StackClient client)
            throws IOException, InterruptedException {
        var connected = new ArrayList<Connected>();
        for (int i = 0; i < PER_PLATFORM; i++) {
            for (var account : List.of(page(i), professional(i), member(i), creator(i), user(i))) {
                simulator.control().add(account);
                var profile = "profile-" + i;
                var connectionId =
                        connect(client, profile, account).path("connectionId").asText();
                connected.add(
                        new Connected(connectionId, profile, account.platform().id(), isReadable(account)));
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

    private static boolean isReadable(Account account) {
        return !(account instanceof LinkedInMember member)
                || !member.organizations().isEmpty();
    }

    private static Account professional(int number) {
        return InstagramAccount.of(
                Long.toString(17_841_400_000_000_000L + number),
                "chaos_pro_" + number,
                "sim-chaos-instagram-" + number + "-token");
    }

    private static Account member(int number) {
        var member = LinkedInMember.of(
                "ChaosMember" + number, "Member " + number, "sim-chaos-linkedin-" + number + "-token");
        return number % MEMBERS_WITHOUT_ORGANIZATION == 0
                ? member
                : member.withOrganizations(
                        Organization.of(Long.toString(5_700_000L + number), "Organization " + number));
    }

    private static Account creator(int number) {
        return TikTokCreator.of(
                "-000chaos" + number,
                "chaos.creator." + number,
                "sim-chaos-tiktok-" + number + "-token",
                "sim-chaos-tiktok-" + number + "-refresh");
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
