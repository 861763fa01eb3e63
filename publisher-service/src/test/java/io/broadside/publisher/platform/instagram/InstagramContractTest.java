package io.broadside.publisher.platform.instagram;

import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.aVideo;
import static io.broadside.publisher.platform.Commands.anImage;
import static io.broadside.publisher.platform.instagram.Account.aPicture;
import static io.broadside.publisher.platform.instagram.Account.aPost;
import static io.broadside.publisher.platform.instagram.Account.atStep;

import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformContract;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** Whatever it publishes and however the account logged in, the promises are the same. */
final class InstagramContractTest {

    @Nested
    final class AnImage extends PlatformContract {

        @Override
        protected Platform platform() {
            return Account.platform(bench);
        }

        @Override
        protected PublishCommand publishing() {
            return atStep("publish", aPicture()).build();
        }

        @Override
        protected List<String> nothingToBeSeen() {
            return List.of("{\"status_code\":\"FINISHED\"}");
        }

        @Override
        protected PublishCommand preparing() {
            return aPost(aPicture()).build();
        }

        @Override
        protected Content plain() {
            return aPicture().build();
        }
    }

    @Nested
    final class ACarouselByFacebookLogin extends PlatformContract {

        @Override
        protected Platform platform() {
            return Account.platform(bench);
        }

        @Override
        protected PublishCommand publishing() {
            return atStep("publish", carousel()).setAccountKind("").build();
        }

        @Override
        protected List<String> nothingToBeSeen() {
            return List.of("{\"status_code\":\"FINISHED\"}");
        }

        @Override
        protected PublishCommand preparing() {
            return aPost(carousel()).setAccountKind("").build();
        }

        @Override
        protected Content plain() {
            return carousel().build();
        }

        private static Content.Builder carousel() {
            return aText("Two")
                    .setMedia(
                            List.of(anImage("https://cdn.example.org/a.jpg"), aVideo("https://cdn.example.org/b.mp4")));
        }
    }
}
