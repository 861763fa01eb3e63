package io.broadside.publisher.platform.tiktok;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.aVideo;

import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformContract;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** Whatever TikTok fetches comes out by the call that begins it. What we upload has its own test. */
final class TikTokContractTest {

    @Nested
    final class OfPhotos extends PlatformContract {

        @Override
        protected Platform platform() {
            return TikTokFixtures.tikTok(bench);
        }

        @Override
        protected PublishCommand publishing() {
            return PublishCommand.newBuilder(preparing())
                    .setCheckpoint(aCheckpoint("photos", TikTokFixtures.PERMITTED, Bench.NOW))
                    .build();
        }

        @Override
        protected List<String> nothingToBeSeen() {
            return List.of("{\"data\":{\"videos\":[]},\"error\":{\"code\":\"ok\"}}");
        }

        @Override
        protected PublishCommand preparing() {
            return aCommand("tiktok", TikTokFixtures.ACCOUNT, Content.newBuilder(plain()))
                    .build();
        }

        @Override
        protected Content plain() {
            return aText("Hello")
                    .setMedia(List.of(anImage("https://media.example.org/a.jpg")))
                    .build();
        }
    }

    @Nested
    final class OfVideosThatTikTokFetches extends PlatformContract {

        @Override
        protected Platform platform() {
            return TikTokFixtures.tikTok(bench);
        }

        @Override
        protected PublishCommand publishing() {
            return PublishCommand.newBuilder(preparing())
                    .setCheckpoint(aCheckpoint("pull", TikTokFixtures.PERMITTED, Bench.NOW))
                    .build();
        }

        @Override
        protected List<String> nothingToBeSeen() {
            return List.of("{\"data\":{\"videos\":[]},\"error\":{\"code\":\"ok\"}}");
        }

        @Override
        protected PublishCommand preparing() {
            return aCommand("tiktok", TikTokFixtures.ACCOUNT, Content.newBuilder(plain()))
                    .build();
        }

        @Override
        protected Content plain() {
            return aText("Hello")
                    .setMedia(List.of(aVideo("https://media.example.org/a.mp4")))
                    .build();
        }
    }
}
