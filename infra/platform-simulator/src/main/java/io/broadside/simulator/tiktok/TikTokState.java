package io.broadside.simulator.tiktok;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.http.Fingerprint;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.post.Publication.Kind;
import io.broadside.simulator.post.Publications;
import io.broadside.simulator.tiktok.TikTokChange.End;
import io.broadside.simulator.tiktok.TikTokChange.Flow;
import io.broadside.simulator.tiktok.TikTokChange.Share;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Creators and their posts. A post is begun, and tokens are rotated, while holding the {@link Creator}; what becomes of the post
 * while holding its {@link Progress}.
 */
final class TikTokState {
    private static final long FIRST_ID = 7_300_000_000_000_000_001L;

    private final Journal.Section<TikTokChange> journal;
    private final Publications publications;
    private final TikTokTokens tokens = new TikTokTokens();
    private final Map<String, Creator> creators = new ConcurrentHashMap<>();
    private final Map<String, Progress> shares = new ConcurrentHashMap<>();
    private final Map<String, Progress> byUploadToken = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong(FIRST_ID);

    TikTokState(Journal journal, Publications publications) {
        this.journal = journal.section("tiktok", TikTokChange.class, this::apply);
        this.publications = publications;
    }

    void commit(TikTokChange change) {
        journal.commit(change);
    }

    TikTokTokens tokens() {
        return tokens;
    }

    /** 19 digits, each one higher than all before. */
    String newId() {
        return Long.toString(nextId.getAndIncrement());
    }

    Optional<Creator> creator(String openId) {
        return Optional.ofNullable(creators.get(openId));
    }

    List<TikTokCreator> accounts() {
        return creators.values().stream().map(Creator::account).toList();
    }

    Optional<Progress> share(String publishId) {
        return Optional.ofNullable(shares.get(publishId));
    }

    Optional<Progress> byUploadToken(String token) {
        return Optional.ofNullable(byUploadToken.get(token));
    }

    Optional<Progress> byPostId(String postId) {
        return shares.values().stream()
                .filter(progress -> progress.end().flatMap(End::postId).equals(Optional.of(postId)))
                .findFirst();
    }

    /** Creators who began a post since then. */
    long activeSince(Instant start) {
        return creators.values().stream()
                .filter(creator -> creator.shares().stream()
                        .anyMatch(progress -> progress.share.begunAt().isAfter(start)))
                .count();
    }

    private void apply(TikTokChange change) {
        switch (change) {
            case TikTokChange.CreatorSaved(var saved) -> {
                var creator = creators.computeIfAbsent(saved.id(), _ -> new Creator(saved));
                tokens.replace(saved);
                creator.account = saved;
            }
            case TikTokChange.Granted granted -> {
                tokens.grant(granted);
                newest(
                        granted.openId(),
                        granted.accessToken(),
                        granted.refreshToken(),
                        granted.expiresAt(),
                        granted.refreshExpiresAt());
            }
            case TikTokChange.TokensRotated rotated -> {
                tokens.rotate(rotated);
                newest(
                        rotated.openId(),
                        rotated.accessToken(),
                        rotated.refreshToken(),
                        rotated.expiresAt(),
                        rotated.refreshExpiresAt());
            }
            case TikTokChange.FamilyRevoked(var family) -> tokens.revoke(family);
            case TikTokChange.AccessTokenExpired(var access) -> tokens.expire(access);
            case TikTokChange.ShareBegun(var share) -> begin(share);
            case TikTokChange.ChunkTaken(var publishId, var chunk) ->
                known(publishId).take(chunk);
            case TikTokChange.FormatRefused(var publishId) -> known(publishId).isNoVideo = true;
            case TikTokChange.ShareSettled(var publishId, var end) -> settle(known(publishId), end);
            case TikTokChange.ShareCancelled(var publishId, var at) -> {
                var progress = known(publishId);
                progress.end =
                        Optional.of(new End("publish_cancelled", Optional.empty(), List.of(), at, Optional.empty()));
            }
        }
    }

    private void newest(String openId, String access, String refresh, Instant expiresAt, Instant refreshExpiresAt) {
        creator(openId)
                .ifPresent(creator ->
                        creator.account = creator.account.withTokens(access, refresh, expiresAt, refreshExpiresAt));
    }

    private void begin(Share share) {
        var id = share.publishId();
        observe(id.substring(id.lastIndexOf('.') + 1));
        var progress = new Progress(share);
        shares.put(id, progress);
        if (!share.uploadToken().isEmpty()) {
            byUploadToken.put(share.uploadToken(), progress);
        }
        creator(share.openId()).ifPresent(creator -> creator.add(progress));
    }

    private void settle(Progress progress, End end) {
        progress.end = Optional.of(end);
        end.postId().ifPresent(id -> {
            observe(id);
            publications.add(new Publication(
                    Platform.TIKTOK,
                    progress.share.openId(),
                    progress.share.flow() == Flow.PHOTOS ? Kind.POST : Kind.VIDEO,
                    id,
                    progress.share.text(),
                    Optional.empty(),
                    end.media(),
                    Optional.empty(),
                    end.at(),
                    progress.share.calledAt()));
        });
    }

    private Progress known(String publishId) {
        return share(publishId).orElseThrow(() -> new IllegalStateException("no such share: " + publishId));
    }

    private void observe(String id) {
        nextId.accumulateAndGet(Long.parseLong(id) + 1, Math::max);
    }

    /** A creator and the posts. Guarded by itself. */
    static final class Creator {
        private final List<Progress> shares = new ArrayList<>(0);
        private volatile TikTokCreator account;

        Creator(TikTokCreator account) {
            this.account = account;
        }

        TikTokCreator account() {
            return account;
        }

        synchronized void add(Progress progress) {
            shares.add(progress);
        }

        /** All that were begun, the oldest first. */
        synchronized List<Progress> shares() {
            return List.copyOf(shares);
        }

        /** What this creator may choose from. */
        List<String> privacyLevels() {
            return account.isPrivate()
                    ? List.of("FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY")
                    : List.of("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY");
        }
    }

    /** How far a post has come. */
    static final class Progress {
        private final Share share;
        private volatile Received received = new Received(Fingerprint.EMPTY, 0);
        private volatile boolean isNoVideo;
        private volatile Optional<End> end = Optional.empty();

        Progress(Share share) {
            this.share = share;
        }

        Share share() {
            return share;
        }

        /** Bytes that were uploaded. */
        Fingerprint received() {
            return received.bytes;
        }

        int chunks() {
            return received.chunks;
        }

        /** Whether what is being uploaded is something else than a video. */
        boolean isNoVideo() {
            return isNoVideo;
        }

        /** Known as soon as all media are here, though it may lie in the future. */
        Optional<End> end() {
            return end;
        }

        /** Counts against the limits of a day, as what failed or was taken back does not. */
        boolean counts() {
            return end.map(End::failReason).filter(reason -> !reason.isEmpty()).isEmpty();
        }

        private void take(Fingerprint chunk) {
            var before = received;
            received = new Received(before.bytes.plus(chunk), before.chunks + 1);
        }

        private record Received(Fingerprint bytes, int chunks) {}
    }
}
