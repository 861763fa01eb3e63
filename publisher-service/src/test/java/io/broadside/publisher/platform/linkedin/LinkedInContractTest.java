package io.broadside.publisher.platform.linkedin;

import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** For organisations and members, with either API, the promises are the same. */
final class LinkedInContractTest {

    @Nested
    final class AnOrganisation extends LinkedInContract {
        AnOrganisation() {
            super("urn:li:organization:5550001", Map.of());
        }
    }

    @Nested
    final class AMember extends LinkedInContract {
        AMember() {
            super("urn:li:person:AbC123", Map.of());
        }
    }

    @Nested
    final class WithTheOlderApi extends LinkedInContract {
        WithTheOlderApi() {
            super("urn:li:person:AbC123", Map.of("LINKEDIN_POSTS_API", "ugc"));
        }
    }

    abstract static class LinkedInContract extends PlatformContract {

        private final String account;
        private final Map<String, String> settings;

        LinkedInContract(String account, Map<String, String> settings) {
            this.account = account;
            this.settings = settings;
        }

        @Override
        protected Platform platform() {
            return LinkedInFixtures.platform(bench, settings);
        }

        @Override
        protected PublishCommand publishing() {
            return aCommand("linkedin", account, aText("Hello")).build();
        }

        @Override
        protected PublishCommand preparing() {
            var image = anImage(bench.server().uri() + "/a.png");
            return aCommand("linkedin", account, aText("Hello").setMedia(List.of(image)))
                    .build();
        }

        @Override
        protected List<String> nothingToBeSeen() {
            return List.of("{\"elements\":[]}");
        }

        @Override
        protected void serveWhatPreparingNeeds() {
            bench.server().answers(200, LinkedInFixtures.PNG, Map.of());
        }
    }
}
