package io.broadside.publisher.platform.facebook;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformContract;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;

/** In steps and without, the promises are the same. */
final class FacebookContractTest {

    @Nested
    final class InSteps extends PlatformContract {

        @Override
        protected Platform platform() {
            return FacebookContractTest.platform(bench, true);
        }

        @Override
        protected PublishCommand publishing() {
            return aCommand("facebook", "1000000001", aText("Hello"))
                    .setCheckpoint(aCheckpoint("show", Map.of("postId", "1000000001_1220000001"), Bench.NOW))
                    .build();
        }

        @Override
        protected List<String> nothingToBeSeen() {
            // The post itself says that it is not shown, and showing it twice changes nothing.
            return List.of();
        }

        @Override
        protected PublishCommand preparing() {
            return aCommand("facebook", "1000000001", aText("Hello")).build();
        }
    }

    @Nested
    final class InOneCall extends PlatformContract {

        @Override
        protected Platform platform() {
            return FacebookContractTest.platform(bench, false);
        }

        @Override
        protected PublishCommand publishing() {
            return aCommand("facebook", "1000000001", aText("Hello")).build();
        }

        @Override
        protected List<String> nothingToBeSeen() {
            return List.of("{\"data\":[]}");
        }

        @Override
        protected PublishCommand preparing() {
            var photos = List.of(anImage("https://cdn.example.org/1.jpg"), anImage("https://cdn.example.org/2.jpg"));
            return aCommand("facebook", "1000000001", aText("Hello").setMedia(photos))
                    .build();
        }
    }

    private static Platform platform(Bench bench, boolean inSteps) {
        return new FacebookPlatform(
                FacebookVideosTest.config(bench, inSteps),
                FacebookVideosTest.noPrivateMedia(),
                bench.http(),
                bench.media(),
                bench.clock());
    }
}
