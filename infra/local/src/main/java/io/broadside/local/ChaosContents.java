package io.broadside.local;

import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.ThreadPart;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What the posts of chaos are made of: every way of a platform that the local stack can go, and on which posts can be counted
 * afterwards by their texts. Stories have none; photos on TikTok, and videos it fetches, go only from addresses with https,
 * which nothing has here.
 */
final class ChaosContents {

    private enum Form {
        TEXT,
        PHOTO,
        PHOTOS,
        FILM,
        REEL,
        DOCUMENT,
        THREAD,
        /** The usual form of its platform, with a comment of the author below it. */
        COMMENT
    }

    private record Share(Form form, double of) {}

    /** What is left of a hundred percent is of the first form. */
    private static final Map<String, List<Share>> SHARES = Map.of(
            "facebook",
            List.of(
                    new Share(Form.TEXT, 1),
                    new Share(Form.PHOTO, 0.06),
                    new Share(Form.FILM, 0.04),
                    new Share(Form.REEL, 0.03),
                    new Share(Form.COMMENT, 0.05)),
            "instagram",
            List.of(
                    new Share(Form.PHOTO, 1),
                    new Share(Form.PHOTOS, 0.25),
                    new Share(Form.FILM, 0.15),
                    new Share(Form.COMMENT, 0.10)),
            "linkedin",
            List.of(
                    new Share(Form.TEXT, 1),
                    new Share(Form.PHOTO, 0.10),
                    new Share(Form.PHOTOS, 0.05),
                    new Share(Form.FILM, 0.05),
                    new Share(Form.DOCUMENT, 0.05),
                    new Share(Form.COMMENT, 0.05)),
            "tiktok",
            List.of(new Share(Form.FILM, 1)),
            "x",
            List.of(
                    new Share(Form.TEXT, 1),
                    new Share(Form.PHOTO, 0.05),
                    new Share(Form.FILM, 0.04),
                    new Share(Form.THREAD, 0.05),
                    new Share(Form.COMMENT, 0.04)));

    private final URI media;
    private final SplittableRandom dice;
    private final boolean hasBlind;

    /**
     * @param simulator where the media are
     * @param hasBlind whether there are posts of which, once they are in doubt, nobody can say that they are not out
     */
    ChaosContents(URI simulator, SplittableRandom dice, boolean hasBlind) {
        this.media = simulator.resolve("/media/");
        this.dice = dice;
        this.hasBlind = hasBlind;
    }

    /** Whether it can always be told if such a post is out: the draft of a Facebook post with photos may be shown at once. */
    static boolean isReadable(String platform, Content content) {
        return !platform.equals("facebook")
                || content.getMedia().stream().allMatch(medium -> medium.getKind() == MediaKind.VIDEO);
    }

    /** A post whose parts all have texts that no other post has. */
    Content of(String platform, String text) {
        var form = form(platform);
        var isBlind = form == Form.PHOTO && platform.equals("facebook");
        return of(isBlind && !hasBlind ? Form.TEXT : form, platform, text);
    }

    private Content of(Form form, String platform, String text) {
        var content = Content.newBuilder().setText(text);
        return switch (form) {
            case TEXT -> content.build();
            case PHOTO -> content.setMedia(List.of(photo())).build();
            case PHOTOS -> content.setMedia(Collections.nCopies(2, photo())).build();
            case FILM ->
                content.setMedia(List.of(medium("video-1MB.mp4", MediaKind.VIDEO)))
                        .build();
            case REEL ->
                content.setPlacement(Placement.REEL)
                        .setMedia(List.of(medium("video-1MB.mp4", MediaKind.VIDEO)))
                        .build();
            case DOCUMENT ->
                content.setMedia(List.of(Media.newBuilder(medium("sample.pdf", MediaKind.DOCUMENT))
                                .setTitle("Three pages")
                                .build()))
                        .build();
            case COMMENT ->
                Content.newBuilder(of(shares(platform).getFirst().form(), platform, text))
                        .setFirstComment(text + ", first comment")
                        .build();
            case THREAD ->
                content.setThread(List.of(ThreadPart.newBuilder()
                                .setText(text + ", continued")
                                .setMedia(List.of(photo()))
                                .build()))
                        .build();
        };
    }

    private Form form(String platform) {
        var shares = shares(platform);
        var thrown = dice.nextDouble();
        for (var share : shares.subList(1, shares.size())) {
            if (thrown < share.of()) {
                return share.form();
            }
            thrown -= share.of();
        }
        return shares.getFirst().form();
    }

    private static List<Share> shares(String platform) {
        return SHARES.getOrDefault(platform, List.of(new Share(Form.TEXT, 1)));
    }

    private Media photo() {
        return medium("sample.jpg", MediaKind.IMAGE);
    }

    private Media medium(String name, MediaKind kind) {
        return Media.newBuilder()
                .setUrl(media.resolve(name).toString())
                .setKind(kind)
                .build();
    }
}
