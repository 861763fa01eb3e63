package io.broadside.simulator.instagram;

import io.broadside.simulator.http.Fingerprint;
import io.broadside.simulator.instagram.InstagramChange.Comment;
import io.broadside.simulator.instagram.InstagramChange.Container;
import io.broadside.simulator.instagram.InstagramChange.Load;
import io.broadside.simulator.instagram.InstagramChange.Media;
import io.broadside.simulator.instagram.InstagramChange.Status;
import io.broadside.simulator.instagram.InstagramChange.Token;
import io.broadside.simulator.instagram.InstagramChange.TokenState;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.post.Publication.Kind;
import io.broadside.simulator.post.Publications;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Accounts and what they made. Publishing is done while holding the {@link Profile} it belongs to. */
final class InstagramState {
    private static final long FIRST_CONTAINER = 17_890_000_000_000_009L;
    private static final long FIRST_MEDIA = 18_020_000_000_000_098L;
    private static final long FIRST_COMMENT = 17_930_000_000_000_000L;

    private final Journal.Section<InstagramChange> journal;
    private final Publications publications;
    private final AtomicLong containerIds = new AtomicLong(FIRST_CONTAINER);
    private final AtomicLong mediaIds = new AtomicLong(FIRST_MEDIA);
    private final AtomicLong commentIds = new AtomicLong(FIRST_COMMENT);
    private final Map<String, Token> tokens = new ConcurrentHashMap<>();
    private final Map<String, Profile> profiles = new ConcurrentHashMap<>();
    private final Map<String, Made> containers = new ConcurrentHashMap<>();
    private final Map<String, Media> media = new ConcurrentHashMap<>();
    private final Map<String, Comment> comments = new ConcurrentHashMap<>();
    private final Map<String, List<Comment>> commentsOfMedia = new ConcurrentHashMap<>();
    private final Map<String, List<String>> subscribedFields = new ConcurrentHashMap<>();
    private final LongAdder refreshes = new LongAdder();

    InstagramState(Journal journal, Publications publications) {
        this.journal = journal.section("instagram", InstagramChange.class, this::apply);
        this.publications = publications;
    }

    void commit(InstagramChange change) {
        journal.commit(change);
    }

    String newContainerId() {
        return Long.toString(containerIds.incrementAndGet());
    }

    String newMediaId() {
        return Long.toString(mediaIds.incrementAndGet());
    }

    String newCommentId() {
        return Long.toString(commentIds.incrementAndGet());
    }

    Optional<Token> token(String value) {
        return Optional.ofNullable(tokens.get(value));
    }

    Optional<Profile> profile(String id) {
        return Optional.ofNullable(profiles.get(id));
    }

    List<InstagramAccount> accounts() {
        return profiles.values().stream().map(Profile::account).toList();
    }

    Optional<Made> container(String id) {
        return Optional.ofNullable(containers.get(id));
    }

    Optional<Media> media(String id) {
        return Optional.ofNullable(media.get(id));
    }

    Optional<Comment> comment(String id) {
        return Optional.ofNullable(comments.get(id));
    }

    List<Comment> commentsOf(String mediaId) {
        return List.copyOf(commentsOfMedia.getOrDefault(mediaId, List.of()));
    }

    Optional<List<String>> subscribedFields(String accountId) {
        return Optional.ofNullable(subscribedFields.get(accountId));
    }

    /** Whose it is: of an account itself, of a container, a medium or a comment. */
    Optional<String> owner(String id) {
        return profile(id)
                .map(Profile::id)
                .or(() -> container(id).map(made -> made.container().accountId()))
                .or(() -> media(id).map(Media::accountId))
                .or(() -> comment(id).map(Comment::accountId));
    }

    long refreshes() {
        return refreshes.sum();
    }

    /** Containers made, and those that could be published and were not, for whatever reason. */
    Map<String, Long> tally() {
        long published = containers.values().stream()
                .filter(made -> made.publishedAs().isPresent())
                .count();
        return Map.of("containersCreated", (long) containers.size(), "containersPublished", published);
    }

    private void apply(InstagramChange change) {
        switch (change) {
            case InstagramChange.AccountSaved(var account) -> save(account);
            case InstagramChange.TokenIssued(var token) -> issue(token);
            case InstagramChange.TokenRefreshed(var old, var token, var isOldDead) -> {
                if (isOldDead) {
                    tokens.computeIfPresent(old, (_, known) -> known.ended(TokenState.REPLACED));
                }
                refreshes.increment();
                issue(token);
            }
            case InstagramChange.TokenEnded(var value, var end) ->
                tokens.computeIfPresent(value, (_, token) -> token.ended(end));
            case InstagramChange.ContainerCreated(var container) -> {
                observe(containerIds, container.id());
                containers.put(container.id(), new Made(container));
                profile(container.accountId()).ifPresent(profile -> profile.attempted(container.createdAt()));
            }
            case InstagramChange.BytesReceived(var id, var piece, var isVideo) ->
                container(id).ifPresent(made -> made.receive(piece, isVideo));
            case InstagramChange.UrlGiven(var id, var url) -> container(id).ifPresent(made -> made.give(url));
            case InstagramChange.Loaded(var id, var load) -> container(id).ifPresent(made -> made.load(load));
            case InstagramChange.Published(var published, var fingerprints, var calledAt) ->
                publish(published, fingerprints, calledAt);
            case InstagramChange.Commented(var comment, var calledAt) -> comment(comment, calledAt);
            case InstagramChange.Subscribed(var accountId, var fields) -> subscribedFields.put(accountId, fields);
        }
    }

    private void save(InstagramAccount account) {
        profiles.computeIfAbsent(account.id(), _ -> new Profile(account)).account = account;
        tokens.put(
                account.accessToken(),
                new Token(
                        account.accessToken(),
                        account.id(),
                        true,
                        account.issuedAt(),
                        account.expiresAt(),
                        TokenState.VALID));
    }

    /** Accounts are listed with their newest long-lived token. */
    private void issue(Token token) {
        tokens.put(token.value(), token);
        if (token.isLongLived()
                && token.issuedAt().isPresent()
                && token.expiresAt().isPresent()) {
            profile(token.accountId())
                    .ifPresent(profile -> profile.account = profile.account.withToken(
                            token.value(),
                            token.issuedAt().get(),
                            token.expiresAt().get()));
        }
    }

    private void publish(Media published, List<String> fingerprints, Instant calledAt) {
        observe(mediaIds, published.id());
        media.put(published.id(), published);
        container(published.containerId()).ifPresent(made -> made.publish(published.id()));
        profile(published.accountId()).ifPresent(profile -> profile.add(published));
        publications.add(new Publication(
                InstagramPlatform.ID,
                published.accountId(),
                published.kind().publication(),
                published.id(),
                published.caption(),
                Optional.empty(),
                fingerprints,
                Optional.empty(),
                published.publishedAt(),
                calledAt));
    }

    private void comment(Comment comment, Instant calledAt) {
        observe(commentIds, comment.id());
        comments.put(comment.id(), comment);
        commentsOfMedia
                .computeIfAbsent(comment.mediaId(), _ -> new CopyOnWriteArrayList<>())
                .add(comment);
        publications.add(new Publication(
                InstagramPlatform.ID,
                comment.accountId(),
                Kind.COMMENT,
                comment.id(),
                comment.text(),
                Optional.empty(),
                List.of(),
                Optional.of(comment.mediaId()),
                comment.createdAt(),
                calledAt));
    }

    private static void observe(AtomicLong ids, String id) {
        ids.accumulateAndGet(Long.parseLong(id), Math::max);
    }

    /** An account, its media and its attempts. Guarded by itself. */
    static final class Profile {
        private static final Duration DAY = Duration.ofDays(1);

        private final List<Media> published = new ArrayList<>(0);
        private final Deque<Instant> attempts = new ArrayDeque<>(0);
        private volatile InstagramAccount account;

        Profile(InstagramAccount account) {
            this.account = account;
        }

        InstagramAccount account() {
            return account;
        }

        String id() {
            return account.id();
        }

        synchronized void add(Media one) {
            published.add(one);
        }

        /** The newest first. */
        synchronized List<Media> published() {
            return List.copyOf(published.reversed());
        }

        synchronized long publishedSince(Instant start) {
            long number = 0;
            for (var one : published.reversed()) {
                if (!one.publishedAt().isAfter(start)) {
                    break;
                }
                number++;
            }
            return number;
        }

        /** A container was made, or could not be. */
        synchronized void attempted(Instant at) {
            attempts.addLast(at);
        }

        synchronized int attemptsOfTheDay(Instant now) {
            while (!attempts.isEmpty() && !attempts.getFirst().isAfter(now.minus(DAY))) {
                attempts.removeFirst();
            }
            return attempts.size();
        }
    }

    /** A container and how far it got. Guarded by itself. */
    static final class Made {
        private final Container container;
        private Fingerprint received = Fingerprint.EMPTY;
        private boolean isVideo;
        private Optional<String> url;
        private Optional<Load> load = Optional.empty();
        private Optional<String> publishedAs = Optional.empty();

        Made(Container container) {
            this.container = container;
            this.url = container.mediaUrl();
        }

        Container container() {
            return container;
        }

        synchronized void receive(Fingerprint piece, boolean looksLikeVideo) {
            isVideo = received.length() == 0 ? looksLikeVideo : isVideo;
            received = received.plus(piece);
        }

        synchronized Fingerprint received() {
            return received;
        }

        synchronized boolean isVideo() {
            return isVideo;
        }

        synchronized void give(String mediaUrl) {
            url = Optional.of(mediaUrl);
        }

        /** What is to be fetched. */
        synchronized Optional<String> url() {
            return url;
        }

        synchronized Status status(Instant now, Duration lives) {
            if (publishedAs.isPresent()) {
                return Status.PUBLISHED;
            }
            if (load.isPresent()
                    && load.get().failure().isPresent()
                    && !now.isBefore(load.get().readyAt())) {
                return Status.ERROR;
            }
            if (!now.isBefore(container.createdAt().plus(lives))) {
                return Status.EXPIRED;
            }
            return load.isPresent() && !now.isBefore(load.get().readyAt()) ? Status.FINISHED : Status.IN_PROGRESS;
        }

        synchronized void load(Load loaded) {
            load = Optional.of(loaded);
        }

        synchronized Optional<Load> load() {
            return load;
        }

        synchronized void publish(String mediaId) {
            publishedAs = Optional.of(mediaId);
        }

        synchronized Optional<String> publishedAs() {
            return publishedAs;
        }
    }
}
