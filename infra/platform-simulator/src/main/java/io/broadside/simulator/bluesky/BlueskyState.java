package io.broadside.simulator.bluesky;

import io.broadside.simulator.account.BlueskyAccount;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.bluesky.BlueskyChange.FileUploaded;
import io.broadside.simulator.bluesky.BlueskyChange.Post;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.post.Publication.Kind;
import io.broadside.simulator.post.Publications;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Accounts, their sessions, files and posts. Changes are made while holding the {@link Repo} they belong to. */
final class BlueskyState {
    private final Journal.Section<BlueskyChange> journal;
    private final Publications publications;
    private final Map<String, Repo> repos = new ConcurrentHashMap<>();
    private final Map<String, Access> accessTokens = new ConcurrentHashMap<>();
    private final Map<String, Refresh> refreshTokens = new ConcurrentHashMap<>();
    private final LongAdder refreshes = new LongAdder();
    private final LongAdder reuses = new LongAdder();
    private final Set<String> ended = ConcurrentHashMap.newKeySet();

    BlueskyState(Journal journal, Publications publications) {
        this.journal = journal.section("bluesky", BlueskyChange.class, this::apply);
        this.publications = publications;
    }

    void commit(BlueskyChange change) {
        journal.commit(change);
    }

    /** An access token. */
    record Access(String did, Optional<Instant> expiresAt) {
        boolean isExpired(Instant now) {
            return expiresAt.filter(end -> !now.isBefore(end)).isPresent();
        }
    }

    /**
     * A refresh token.
     *
     * @param successor what it brought when it was first used
     * @param usableUntil until when it brings that again
     */
    record Refresh(String did, Optional<String> successor, Optional<Instant> usableUntil) {
        boolean isDead(Instant now) {
            return usableUntil.filter(end -> !now.isBefore(end)).isPresent();
        }
    }

    Optional<Repo> repo(String did) {
        return Optional.ofNullable(repos.get(did));
    }

    /** By DID or handle; a handle may be written in capitals. */
    Optional<Repo> named(String identifier) {
        return repo(identifier)
                .or(() -> repos.values().stream()
                        .filter(repo -> repo.account().name().equalsIgnoreCase(identifier))
                        .findFirst());
    }

    List<BlueskyAccount> accounts() {
        return repos.values().stream().map(Repo::account).toList();
    }

    Optional<Access> access(String token) {
        return Optional.ofNullable(accessTokens.get(token));
    }

    Optional<Refresh> refresh(String token) {
        return Optional.ofNullable(refreshTokens.get(token));
    }

    long refreshes() {
        return refreshes.sum();
    }

    long reuses() {
        return reuses.sum();
    }

    long ended() {
        return ended.size();
    }

    void countReuse() {
        reuses.increment();
    }

    private void apply(BlueskyChange change) {
        switch (change) {
            case BlueskyChange.AccountSaved(var account) -> {
                var repo = repos.computeIfAbsent(account.id(), _ -> new Repo(account));
                repo.account = account;
                accessTokens.put(account.accessToken(), new Access(account.id(), account.expiresAt()));
                refreshTokens.put(
                        account.refreshToken(), new Refresh(account.id(), Optional.empty(), Optional.empty()));
                ended.remove(account.id());
            }
            case BlueskyChange.SessionBegun(var did, var access, var refresh, var expiresAt) ->
                session(did, access, refresh, expiresAt);
            case BlueskyChange.TokensRotated(
                    var did,
                    var used,
                    var access,
                    var refresh,
                    var expiresAt,
                    var usableUntil) -> {
                refreshes.increment();
                refreshTokens.computeIfPresent(
                        used,
                        (_, token) -> new Refresh(
                                did, Optional.of(refresh), token.usableUntil().or(() -> Optional.of(usableUntil))));
                session(did, access, refresh, expiresAt);
            }
            case BlueskyChange.SessionsEnded(var did) -> {
                ended.add(did);
                refreshTokens.values().removeIf(token -> token.did().equals(did));
            }
            case BlueskyChange.AccessTokenExpired(var token) ->
                accessTokens.computeIfPresent(
                        token, (_, access) -> new Access(access.did(), Optional.of(Instant.EPOCH)));
            case BlueskyChange.TakenDown(var did, var isDown) -> repo(did).ifPresent(repo -> repo.isDown = isDown);
            case FileUploaded file -> repo(file.did()).ifPresent(repo -> repo.files.put(file.cid(), file));
            case BlueskyChange.PostPut(var post, var fingerprints, var calledAt) -> put(post, fingerprints, calledAt);
            case BlueskyChange.PostDeleted(var did, var key) ->
                repo(did).ifPresent(repo -> {
                    synchronized (repo) {
                        repo.posts.remove(key);
                    }
                });
        }
    }

    private void session(String did, String access, String refresh, Instant expiresAt) {
        accessTokens.put(access, new Access(did, Optional.of(expiresAt)));
        refreshTokens.putIfAbsent(refresh, new Refresh(did, Optional.empty(), Optional.empty()));
        repo(did).ifPresent(repo -> repo.account = repo.account.withTokens(access, refresh, expiresAt));
    }

    private void put(Post post, List<String> fingerprints, Instant calledAt) {
        var repo = repos.get(post.did());
        if (repo == null) {
            return;
        }
        synchronized (repo) {
            repo.posts.put(post.key(), post);
        }
        var record = post.record();
        publications.add(new Publication(
                Platform.BLUESKY,
                post.did(),
                Kind.POST,
                post.uri(),
                record.path("text").asText(),
                Optional.of(record.path("embed").path("external").path("uri").asText())
                        .filter(uri -> !uri.isEmpty()),
                fingerprints,
                Optional.of(record.path("reply").path("parent").path("uri").asText())
                        .filter(uri -> !uri.isEmpty()),
                post.at(),
                calledAt));
    }

    /** An account and what is in its repository. Guarded by itself. */
    static final class Repo {
        private final Map<String, FileUploaded> files = new ConcurrentHashMap<>();
        private final TreeMap<String, Post> posts = new TreeMap<>();
        private volatile BlueskyAccount account;
        private volatile boolean isDown;

        Repo(BlueskyAccount account) {
            this.account = account;
        }

        BlueskyAccount account() {
            return account;
        }

        boolean isDown() {
            return isDown;
        }

        Optional<FileUploaded> file(String cid) {
            return Optional.ofNullable(files.get(cid));
        }

        synchronized Optional<Post> post(String key) {
            return Optional.ofNullable(posts.get(key));
        }

        /** Newest key first. */
        synchronized Collection<Post> newestFirst() {
            return new ArrayList<>(posts.descendingMap().values());
        }
    }
}
