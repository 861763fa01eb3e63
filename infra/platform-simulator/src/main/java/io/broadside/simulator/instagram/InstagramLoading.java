package io.broadside.simulator.instagram;

import io.broadside.simulator.http.ImageType;
import io.broadside.simulator.http.Medium;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.instagram.InstagramChange.Container;
import io.broadside.simulator.instagram.InstagramChange.ContainerKind;
import io.broadside.simulator.instagram.InstagramChange.Load;
import io.broadside.simulator.instagram.InstagramState.Made;
import io.broadside.simulator.platform.Foundation;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Gets what containers show, and processes it.
 *
 * <ol>
 *   <li>Images are fetched before the container is answered for, videos behind the answer.
 *   <li>Nothing of a video is kept but its fingerprint.
 *   <li>A video that was being fetched when the process ended is fetched again when somebody asks for its container.
 * </ol>
 */
final class InstagramLoading {
    private static final String CRAWLER = "facebookexternalhit/1.1";
    private static final long MEBIBYTE = 1024 * 1024;
    private static final long LARGEST_IMAGE = 8 * MEBIBYTE;
    private static final long LARGEST_VIDEO = 300 * MEBIBYTE;
    private static final long LARGEST_STORY_VIDEO = 100 * MEBIBYTE;
    private static final String NOT_FETCHED = "2207052";
    private static final String UNSUPPORTED_FORMAT = "2207026";
    private static final String TOO_LARGE = "2207004";
    private static final String PROCESSING_FAILED = "2207082";

    private final Foundation foundation;
    private final Clock clock;
    private final Outbound outbound;
    private final InstagramState state;
    private final Supplier<InstagramSettings> settings;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    InstagramLoading(Foundation foundation, InstagramState state, Supplier<InstagramSettings> settings) {
        this.foundation = foundation;
        this.clock = foundation.clock();
        this.outbound = foundation.outbound();
        this.state = state;
        this.settings = settings;
    }

    /** The fingerprint of the image at a URL; fails with a refusal when it is not one that Instagram takes. */
    Future<String> image(String url, ContainerKind kind) {
        if (!settings.get().instagramFetchesMedia()) {
            return Future.succeededFuture(url);
        }
        return outbound.fetch(URI.create(url), CRAWLER, 2 * LARGEST_IMAGE)
                .recover(_ -> Future.failedFuture(InstagramError.notFetched(url)))
                .map(medium -> checked(medium, kind));
    }

    /** Fetches the video if it has an address, is not known yet, and nobody is fetching it. */
    void fetch(Made made) {
        var container = made.container();
        var url = made.url();
        if (!container.kind().isVideo() || url.isEmpty() || made.load().isPresent() || !underWay.add(container.id())) {
            return;
        }
        if (made.load().isPresent()) {
            // Somebody else was faster between the two looks.
            underWay.remove(container.id());
            return;
        }
        if (!settings.get().instagramFetchesMedia()) {
            process(container, List.of(url.get()), Optional.empty());
            return;
        }
        outbound.fetch(URI.create(url.get()), CRAWLER, largest(container))
                .onSuccess(video -> process(
                        container,
                        List.of(video.fingerprint().text()),
                        video.isVideo() ? Optional.empty() : Optional.of(UNSUPPORTED_FORMAT)))
                .onFailure(problem -> process(
                        container,
                        List.of(),
                        Optional.of(problem instanceof Outbound.TooLong ? TOO_LARGE : NOT_FETCHED)));
    }

    /** All bytes of the video were uploaded. */
    void uploaded(Made made) {
        var whole = made.received();
        var failure = whole.length() > largest(made.container())
                ? Optional.of(TOO_LARGE)
                : made.isVideo() ? Optional.<String>empty() : Optional.of(UNSUPPORTED_FORMAT);
        process(made.container(), List.of(whole.text()), failure);
    }

    /** From now on it is in processing, for as long as its kind takes. */
    void process(Container container, List<String> fingerprints, Optional<String> failure) {
        int usually = container.kind().isVideo()
                ? settings.get().instagramVideoProcessingSeconds()
                : settings.get().instagramImageProcessingSeconds();
        var processing = foundation.processing(
                InstagramPlatform.ID, "container.processing", container.accountId(), Duration.ofSeconds(usually));
        var injected = processing.failure().map(code -> code.isEmpty() ? PROCESSING_FAILED : code);
        var load = new Load(fingerprints, clock.instant().plus(processing.takes()), failure.or(() -> injected));
        state.commit(new InstagramChange.Loaded(container.id(), load));
        underWay.remove(container.id());
    }

    private static String checked(Medium medium, ContainerKind kind) {
        if (medium.length() > LARGEST_IMAGE) {
            throw InstagramError.tooLarge();
        }
        if (medium.imageType().filter(type -> type == ImageType.JPEG).isEmpty()) {
            throw InstagramError.format();
        }
        if (!kind.isStory()
                && JpegSize.of(medium.head())
                        .filter(size -> !size.isForTheFeed())
                        .isPresent()) {
            throw InstagramError.ratio();
        }
        return medium.fingerprint().text();
    }

    private static long largest(Container container) {
        return container.kind() == ContainerKind.VIDEO_STORY ? LARGEST_STORY_VIDEO : LARGEST_VIDEO;
    }
}
