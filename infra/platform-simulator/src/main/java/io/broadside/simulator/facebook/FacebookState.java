package io.broadside.simulator.facebook;

import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.facebook.FacebookChange.Comment;
import io.broadside.simulator.facebook.FacebookChange.Node;
import io.broadside.simulator.facebook.FacebookChange.Photo;
import io.broadside.simulator.facebook.FacebookChange.Post;
import io.broadside.simulator.facebook.FacebookChange.Story;
import io.broadside.simulator.facebook.FacebookChange.Token;
import io.broadside.simulator.facebook.FacebookChange.TokenKind;
import io.broadside.simulator.facebook.FacebookChange.TokenState;
import io.broadside.simulator.facebook.FacebookChange.VideoKind;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.post.Publication.Kind;
import io.broadside.simulator.post.Publications;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Pages, people and what they made. Posts are made and shown while holding the {@link Page} they belong to. */
final class FacebookState {
    private static final long FIRST_ID = 1_220_000_000L;
    private static final long FIRST_USER_ID = 2_000_000_000L;

    private final Journal.Section<FacebookChange> journal;
    private final Publications publications;
    private final AtomicLong ids = new AtomicLong(FIRST_ID);
    private final AtomicLong userIds = new AtomicLong(FIRST_USER_ID);
    private final Map<String, Token> tokens = new ConcurrentHashMap<>();
    private final Map<String, Page> pages = new ConcurrentHashMap<>();
    private final Map<String, List<String>> pagesOfUser = new ConcurrentHashMap<>();
    private final Map<String, Node> nodes = new ConcurrentHashMap<>();
    private final Map<String, String> instagramIds = new ConcurrentHashMap<>();
    private final Map<String, List<String>> subscribedFields = new ConcurrentHashMap<>();
    private final Map<String, Footage> footage = new ConcurrentHashMap<>();
    private final Map<String, List<Story>> stories = new ConcurrentHashMap<>();
    private final Set<String> usedInStories = ConcurrentHashMap.newKeySet();
    private final Map<String, List<Comment>> comments = new ConcurrentHashMap<>();
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();

    FacebookState(Journal journal, Publications publications) {
        this.journal = journal.section("facebook", FacebookChange.class, this::apply);
        this.publications = publications;
    }

    void commit(FacebookChange change) {
        journal.commit(change);
    }

    String newId() {
        return Long.toString(ids.incrementAndGet());
    }

    /** The person of a Page about to be saved: as named, as known by the token, or somebody new. */
    String userOf(FacebookPage page) {
        return page.userId()
                .or(() -> page.userToken().flatMap(this::token).map(Token::ownerId))
                .or(() -> page(page.id()).flatMap(known -> known.account().userId()))
                .orElseGet(() -> Long.toString(userIds.incrementAndGet()));
    }

    Optional<Token> token(String value) {
        return Optional.ofNullable(tokens.get(value));
    }

    Optional<Page> page(String id) {
        return Optional.ofNullable(pages.get(id));
    }

    List<FacebookPage> pages() {
        return pages.values().stream().map(Page::account).toList();
    }

    List<Page> pagesOf(String userId) {
        return pagesOfUser.getOrDefault(userId, List.of()).stream()
                .map(this::page)
                .flatMap(Optional::stream)
                .toList();
    }

    Optional<Node> node(String id) {
        return Optional.ofNullable(nodes.get(id)).filter(node -> !deleted.contains(id));
    }

    Optional<Post> post(String id) {
        return node(id).flatMap(node -> node instanceof Post post ? Optional.of(post) : Optional.empty());
    }

    Optional<Photo> photo(String id) {
        return node(id).flatMap(node -> node instanceof Photo photo ? Optional.of(photo) : Optional.empty());
    }

    Optional<Footage> footage(String id) {
        return Optional.ofNullable(footage.get(id)).filter(known -> !deleted.contains(id));
    }

    /** The videos of a Page of one kind, the newest first. */
    List<Footage> footageOf(String pageId, VideoKind kind) {
        return footage.values().stream()
                .filter(known -> known.video().pageId().equals(pageId)
                        && known.video().kind() == kind
                        && !deleted.contains(known.video().id()))
                .sorted(Comparator.comparingLong(
                                (Footage known) -> Long.parseLong(known.video().id()))
                        .reversed())
                .toList();
    }

    long reelsSince(String pageId, Instant start) {
        return page(pageId).map(page -> page.reelsSince(start)).orElse(0L);
    }

    /** Whether a photo or a video is in a story, now or before. */
    boolean isUsed(String mediaId) {
        return usedInStories.contains(mediaId);
    }

    /** The newest first. */
    List<Story> stories(String pageId) {
        return List.copyOf(stories.getOrDefault(pageId, List.of())).reversed();
    }

    /** The oldest first, as they are listed. */
    List<Comment> comments(String nodeId) {
        return comments.getOrDefault(nodeId, List.of()).stream()
                .filter(comment -> !deleted.contains(comment.id()))
                .toList();
    }

    /** What readers see of a post, with its photos whether they were deleted since or not. */
    Content content(Post post) {
        var fingerprints = post.photoIds().stream()
                .map(nodes::get)
                .flatMap(node -> node instanceof Photo photo ? Stream.of(photo.fingerprint()) : Stream.empty())
                .toList();
        return new Content(post.message(), post.link(), fingerprints);
    }

    Optional<String> instagramOf(String pageId) {
        return Optional.ofNullable(instagramIds.get(pageId));
    }

    Optional<List<String>> subscribedFields(String pageId) {
        return Optional.ofNullable(subscribedFields.get(pageId));
    }

    private void apply(FacebookChange change) {
        switch (change) {
            case FacebookChange.PageSaved(var saved, var at) -> save(saved, at);
            case FacebookChange.TokenIssued(var token) -> {
                tokens.put(token.value(), token);
                newest(token);
            }
            case FacebookChange.TokenEnded(var value, var end) ->
                tokens.computeIfPresent(value, (_, token) -> token.ended(end));
            case FacebookChange.Posted(var post, var fingerprints, var calledAt) -> add(post, fingerprints, calledAt);
            case FacebookChange.Shown(var id, var at, var calledAt) -> show(id, at, calledAt);
            case FacebookChange.PhotoAdded(var photo) -> put(photo.id(), photo);
            case FacebookChange.Commented(var comment, var calledAt) -> comment(comment, calledAt);
            case FacebookChange.VideoBegun(var video) -> {
                put(video.id(), video);
                footage.put(video.id(), new Footage(video));
            }
            case FacebookChange.VideoReceived(var id, var piece, var isVideo) ->
                footage(id).ifPresent(known -> known.receive(piece, isVideo));
            case FacebookChange.VideoLoaded(var id, var load) -> footage(id).ifPresent(known -> known.load(load));
            case FacebookChange.VideoFinished(var id, var finish) ->
                footage(id).ifPresent(known -> known.finish(finish));
            case FacebookChange.VideoPublished(var id, var post, var fingerprint, var calledAt) ->
                publishVideo(id, post, fingerprint, calledAt);
            case FacebookChange.VideoCancelled(var id) -> footage(id).ifPresent(Footage::cancel);
            case FacebookChange.StoryPublished(var story, var fingerprint, var calledAt) ->
                publishStory(story, fingerprint, calledAt);
            case FacebookChange.Deleted(var id) -> deleted.add(id);
            case FacebookChange.InstagramLinked(var pageId, var instagramId) -> instagramIds.put(pageId, instagramId);
            case FacebookChange.Subscribed(var pageId, var fields) -> subscribedFields.put(pageId, fields);
        }
    }

    private void save(FacebookPage saved, Instant at) {
        pages.computeIfAbsent(saved.id(), _ -> new Page(saved)).account = saved;
        tokens.put(
                saved.pageToken(),
                new Token(saved.pageToken(), TokenKind.PAGE, saved.id(), at, saved.expiresAt(), TokenState.VALID));
        saved.userId().ifPresent(userId -> {
            userIds.accumulateAndGet(userId.matches("2[0-9]{9}") ? Long.parseLong(userId) : 0, Math::max);
            var managed = pagesOfUser.computeIfAbsent(userId, _ -> new CopyOnWriteArrayList<>());
            if (!managed.contains(saved.id())) {
                managed.add(saved.id());
            }
            saved.userToken()
                    .ifPresent(token -> tokens.put(
                            token,
                            new Token(token, TokenKind.USER, userId, at, saved.userExpiresAt(), TokenState.VALID)));
        });
    }

    /** Accounts are listed with tokens that can be used. */
    private void newest(Token token) {
        if (token.kind() == TokenKind.PAGE) {
            page(token.ownerId()).ifPresent(page -> page.account = page.account.withPageToken(token.value()));
        } else {
            pagesOf(token.ownerId()).forEach(page -> page.account = page.account.withUserToken(token.value()));
        }
    }

    private void add(Post post, List<String> fingerprints, Instant calledAt) {
        put(suffix(post.id()), post);
        page(post.pageId()).ifPresent(page -> page.add(post.id()));
        if (post.published()) {
            publish(post, new Content(post.message(), post.link(), fingerprints), post.createdAt(), calledAt);
        }
    }

    private void show(String id, Instant at, Instant calledAt) {
        if (nodes.get(id) instanceof Post post) {
            nodes.put(id, post.shown());
            publish(post, content(post), at, calledAt);
        }
    }

    private void publish(Post post, Content content, Instant at, Instant calledAt) {
        page(post.pageId()).ifPresent(page -> page.published(content));
        publications.add(new Publication(
                Platform.FACEBOOK,
                post.pageId(),
                Kind.POST,
                post.id(),
                content.message(),
                content.link(),
                content.mediaFingerprints(),
                Optional.empty(),
                at,
                calledAt));
    }

    private void publishVideo(String videoId, Post post, String fingerprint, Instant calledAt) {
        put(suffix(post.id()), post);
        page(post.pageId()).ifPresent(page -> page.add(post.id()));
        footage(videoId).ifPresent(known -> {
            known.publish(post.id());
            var kind = known.video().kind() == VideoKind.REEL ? Kind.REEL : Kind.VIDEO;
            // Known by the video, which clients know too: a finished reel is not answered with a post.
            announce(kind, post.pageId(), videoId, post.message(), fingerprint, post.createdAt(), calledAt);
            page(post.pageId()).ifPresent(page -> page.showed(kind, post.createdAt()));
        });
    }

    private void publishStory(Story story, String fingerprint, Instant calledAt) {
        ids.accumulateAndGet(Long.parseLong(story.id()), Math::max);
        stories.computeIfAbsent(story.pageId(), _ -> new CopyOnWriteArrayList<>())
                .add(story);
        usedInStories.add(story.mediaId());
        footage(story.mediaId()).ifPresent(known -> known.publish(story.id()));
        announce(Kind.STORY, story.pageId(), story.id(), "", fingerprint, story.createdAt(), calledAt);
    }

    private void announce(
            Kind kind, String pageId, String id, String text, String fingerprint, Instant at, Instant calledAt) {
        publications.add(new Publication(
                Platform.FACEBOOK,
                pageId,
                kind,
                id,
                text,
                Optional.empty(),
                List.of(fingerprint),
                Optional.empty(),
                at,
                calledAt));
    }

    private void comment(Comment comment, Optional<Instant> calledAt) {
        put(suffix(comment.id()), comment);
        comments.computeIfAbsent(comment.postId(), _ -> new CopyOnWriteArrayList<>())
                .add(comment);
        publications.add(new Publication(
                Platform.FACEBOOK,
                comment.pageId(),
                Kind.COMMENT,
                comment.id(),
                comment.message(),
                Optional.empty(),
                List.of(),
                Optional.of(comment.postId()),
                comment.createdAt(),
                calledAt.orElse(comment.createdAt())));
    }

    private void put(String number, Node node) {
        ids.accumulateAndGet(Long.parseLong(number), Math::max);
        nodes.put(node.id(), node);
    }

    private static String suffix(String id) {
        return id.substring(id.indexOf('_') + 1);
    }

    /** A Page and its posts. Guarded by itself. */
    static final class Page {
        private final List<String> feed = new ArrayList<>(0);
        private final List<Instant> reels = new ArrayList<>(0);
        private Optional<Content> lastPublished = Optional.empty();
        private volatile FacebookPage account;

        Page(FacebookPage account) {
            this.account = account;
        }

        FacebookPage account() {
            return account;
        }

        String id() {
            return account.id();
        }

        synchronized void add(String postId) {
            feed.add(postId);
        }

        synchronized void published(Content content) {
            lastPublished = Optional.of(content);
        }

        synchronized Optional<Content> lastPublished() {
            return lastPublished;
        }

        synchronized void showed(Kind kind, Instant at) {
            if (kind == Kind.REEL) {
                reels.add(at);
            }
        }

        synchronized long reelsSince(Instant start) {
            return reels.stream().filter(at -> at.isAfter(start)).count();
        }

        synchronized int size() {
            return feed.size();
        }

        /** The id of a post by its place, the oldest at 0. Deleted ones keep theirs. */
        synchronized String at(int index) {
            return feed.get(index);
        }
    }

    /** What makes two posts of a Page the same. */
    record Content(String message, Optional<String> link, List<String> mediaFingerprints) {}
}
