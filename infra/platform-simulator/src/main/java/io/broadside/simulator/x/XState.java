package io.broadside.simulator.x;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.http.Fingerprint;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.post.Publication.Kind;
import io.broadside.simulator.post.Publications;
import io.broadside.simulator.x.XChange.Media;
import io.broadside.simulator.x.XChange.Tweet;
import io.broadside.simulator.x.XChange.Upload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Users, their posts and their uploads. Changes are made while holding the {@link User} they belong to. */
final class XState {
    private final Journal.Section<XChange> journal;
    private final Publications publications;
    private final Snowflakes ids = new Snowflakes();
    private final XTokens tokens = new XTokens();
    private final Map<String, User> users = new ConcurrentHashMap<>();
    private final Map<String, Tweet> tweets = new ConcurrentHashMap<>();
    private final Map<String, Media> media = new ConcurrentHashMap<>();
    private final Map<String, Pieces> uploads = new ConcurrentHashMap<>();
    private final Map<String, String> altTexts = new ConcurrentHashMap<>();
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();

    XState(Journal journal, Publications publications) {
        this.journal = journal.section("x", XChange.class, this::apply);
        this.publications = publications;
    }

    void commit(XChange change) {
        journal.commit(change);
    }

    XTokens tokens() {
        return tokens;
    }

    String newId(Instant now) {
        return ids.next(now);
    }

    Optional<User> user(String id) {
        return Optional.ofNullable(users.get(id));
    }

    List<XUser> users() {
        return users.values().stream().map(User::account).toList();
    }

    Optional<Tweet> tweet(String id) {
        return Optional.ofNullable(tweets.get(id)).filter(tweet -> !deleted.contains(id));
    }

    Optional<Media> media(String id) {
        return Optional.ofNullable(media.get(id));
    }

    Optional<Pieces> upload(String id) {
        return Optional.ofNullable(uploads.get(id));
    }

    Optional<String> altText(String mediaId) {
        return Optional.ofNullable(altTexts.get(mediaId));
    }

    private void apply(XChange change) {
        switch (change) {
            case XChange.UserSaved(var saved) -> {
                var user = users.computeIfAbsent(saved.id(), _ -> new User(saved));
                tokens.replace(saved);
                user.account = saved;
            }
            case XChange.Granted(var userId, var access, var refresh, var expiresAt) -> {
                tokens.grant(userId, access, refresh, expiresAt);
                newest(userId, access, refresh, expiresAt);
            }
            case XChange.TokensRotated(var userId, var used, var access, var refresh, var expiresAt) -> {
                tokens.rotate(used, access, refresh, expiresAt);
                newest(userId, access, refresh, expiresAt);
            }
            case XChange.FamilyRevoked(var family, var cause) -> tokens.revoke(family, cause);
            case XChange.AccessTokenExpired(var access) -> tokens.expire(access);
            case XChange.Tweeted(var tweet, var fingerprints, var calledAt) -> add(tweet, fingerprints, calledAt);
            case XChange.TweetDeleted(var id) -> deleted.add(id);
            case XChange.MediaUploaded(var uploaded) -> {
                ids.observe(uploaded.id());
                media.put(uploaded.id(), uploaded);
            }
            case XChange.UploadStarted(var upload) -> {
                ids.observe(upload.id());
                uploads.put(upload.id(), new Pieces(upload));
            }
            case XChange.PieceAppended(var id, var index, var piece, var type) -> {
                var pieces = uploads.get(id);
                if (pieces != null) {
                    pieces.put(index, piece, type);
                }
            }
            case XChange.MediaDescribed(var id, var altText) -> altTexts.put(id, altText);
        }
    }

    private void newest(String userId, String access, String refresh, Instant expiresAt) {
        var user = users.get(userId);
        if (user != null) {
            user.account = user.account.withTokens(access, refresh, expiresAt);
        }
    }

    private void add(Tweet tweet, List<String> fingerprints, Instant calledAt) {
        ids.observe(tweet.id());
        tweets.put(tweet.id(), tweet);
        var user = users.get(tweet.userId());
        if (user != null) {
            user.add(tweet, fingerprints);
        }
        publications.add(new Publication(
                Platform.X,
                tweet.userId(),
                Kind.POST,
                tweet.id(),
                tweet.text(),
                Optional.empty(),
                fingerprints,
                tweet.replyTo(),
                tweet.createdAt(),
                calledAt));
    }

    /** A user and the posts. Guarded by itself. */
    static final class User {
        private final List<Tweet> timeline = new ArrayList<>(0);
        private final Map<Content, Instant> posted = new HashMap<>(0);
        private volatile XUser account;

        User(XUser account) {
            this.account = account;
        }

        XUser account() {
            return account;
        }

        synchronized void add(Tweet tweet, List<String> fingerprints) {
            timeline.add(tweet);
            posted.put(Content.of(tweet, fingerprints), tweet.createdAt());
        }

        /** When the user last posted the same. A deleted post counts, as it does on the real network. */
        synchronized Optional<Instant> lastPosted(Content content) {
            return Optional.ofNullable(posted.get(content));
        }

        synchronized int size() {
            return timeline.size();
        }

        /** A post by its place, the oldest at 0. Deleted ones keep theirs. */
        synchronized Tweet at(int index) {
            return timeline.get(index);
        }
    }

    /** An upload and what came of it. Guarded by itself. */
    static final class Pieces {
        private final Upload upload;
        private final Map<Integer, Fingerprint> byIndex = new TreeMap<>();
        private Optional<String> type = Optional.empty();

        Pieces(Upload upload) {
            this.upload = upload;
        }

        Upload upload() {
            return upload;
        }

        synchronized void put(int index, Fingerprint piece, Optional<String> looksLike) {
            byIndex.put(index, piece);
            if (index == 0) {
                type = looksLike;
            }
        }

        synchronized Optional<String> type() {
            return type;
        }

        /** Of the whole, if no piece is missing in between. */
        synchronized Optional<Fingerprint> whole() {
            int expected = 0;
            var whole = Fingerprint.EMPTY;
            for (var piece : byIndex.entrySet()) {
                if (piece.getKey() != expected++) {
                    return Optional.empty();
                }
                whole = whole.plus(piece.getValue());
            }
            return Optional.of(whole);
        }
    }

    /** What makes two posts of a user the same. */
    record Content(String text, Optional<String> replyTo, Optional<String> quoted, List<String> mediaFingerprints) {
        static Content of(Tweet tweet, List<String> fingerprints) {
            return new Content(tweet.text(), tweet.replyTo(), tweet.quoted(), fingerprints);
        }
    }
}
