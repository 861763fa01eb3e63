package io.broadside.simulator.linkedin;

import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Fingerprint;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.linkedin.LinkedInChange.Asset;
import io.broadside.simulator.linkedin.LinkedInChange.Comment;
import io.broadside.simulator.linkedin.LinkedInChange.Post;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.post.Publication.Kind;
import io.broadside.simulator.post.Publications;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Members, their tokens, uploads, posts and comments. Whoever creates a post holds its {@link Author}. */
final class LinkedInState {
    private static final int SEQUENCE_BITS = 22;

    private final Journal.Section<LinkedInChange> journal;
    private final Publications publications;
    private final LinkedInTokens tokens = new LinkedInTokens();
    private final AtomicLong lastId = new AtomicLong();
    private final Map<String, LinkedInMember> members = new ConcurrentHashMap<>();
    private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
    private final Map<String, Author> authors = new ConcurrentHashMap<>();
    private final Map<String, Post> posts = new ConcurrentHashMap<>();
    private final Map<String, Instant> edited = new ConcurrentHashMap<>();
    private final Map<String, Instant> deleted = new ConcurrentHashMap<>();
    private final List<Comment> comments = new CopyOnWriteArrayList<>();

    LinkedInState(Journal journal, Publications publications) {
        this.journal = journal.section("linkedin", LinkedInChange.class, this::apply);
        this.publications = publications;
    }

    void commit(LinkedInChange change) {
        journal.commit(change);
    }

    LinkedInTokens tokens() {
        return tokens;
    }

    /** Grows with time, and is never the same twice. */
    String newId(Instant now) {
        return Long.toString(
                lastId.updateAndGet(previous -> Math.max(previous + 1, now.toEpochMilli() << SEQUENCE_BITS)));
    }

    Optional<LinkedInMember> member(String id) {
        return Optional.ofNullable(members.get(id));
    }

    List<LinkedInMember> members() {
        return List.copyOf(members.values());
    }

    Optional<Upload> upload(String urn) {
        return Optional.ofNullable(uploads.get(urn));
    }

    Author author(String urn) {
        return authors.computeIfAbsent(urn, _ -> new Author());
    }

    /** A post that was not deleted. */
    Optional<Post> post(String urn) {
        return Optional.ofNullable(posts.get(urn)).filter(_ -> !deleted.containsKey(urn));
    }

    Instant changedAt(Post post) {
        return edited.getOrDefault(post.urn(), post.createdAt());
    }

    Optional<Instant> deletedAt(String urn) {
        return Optional.ofNullable(deleted.get(urn));
    }

    List<Comment> comments(String postUrn) {
        return comments.stream()
                .filter(comment -> comment.postUrn().equals(postUrn))
                .toList();
    }

    private void apply(LinkedInChange change) {
        switch (change) {
            case LinkedInChange.MemberSaved(var member, var at) -> {
                members.put(member.id(), member);
                tokens.replace(member, at);
            }
            case LinkedInChange.Granted(var member, var at) -> {
                members.put(member.id(), member);
                tokens.grant(member, at);
            }
            case LinkedInChange.Refreshed(var memberId, var access, var expiresAt, var at) ->
                members.computeIfPresent(memberId, (_, member) -> {
                    var renewed = member.withAccessToken(access, expiresAt);
                    tokens.refreshed(renewed, at);
                    return renewed;
                });
            case LinkedInChange.AccessTokenExpired(var token) -> tokens.expire(token);
            case LinkedInChange.MemberRevoked(var memberId) -> tokens.revokeAll(memberId);
            case LinkedInChange.TokenRevoked(var token) -> tokens.revoke(token);
            case LinkedInChange.AssetRegistered(var asset) -> uploads.put(asset.urn(), new Upload(asset));
            case LinkedInChange.PartUploaded(var urn, var part, var etag, var fingerprint, var isOfKind) ->
                upload(urn).ifPresent(upload -> upload.add(part, new Part(etag, fingerprint, isOfKind)));
            case LinkedInChange.AssetComplete(var urn, var at) -> upload(urn).ifPresent(upload -> upload.complete(at));
            case LinkedInChange.Posted(var post, var calledAt) -> add(post, calledAt);
            case LinkedInChange.PostEdited(var urn, var commentary, var at) -> {
                posts.computeIfPresent(
                        urn,
                        (_, post) -> new Post(
                                urn,
                                post.author(),
                                commentary,
                                LittleText.of(commentary).shown(),
                                post.visibility(),
                                post.content(),
                                post.link(),
                                post.assets(),
                                post.createdAt()));
                edited.put(urn, at);
            }
            case LinkedInChange.PostDeleted(var urn, var at) -> deleted.put(urn, at);
            case LinkedInChange.Commented(var comment, var calledAt) -> add(comment, calledAt);
        }
    }

    private void add(Post post, Instant calledAt) {
        observe(post.urn());
        posts.put(post.urn(), post);
        author(post.author()).add(post);
        var uploaded =
                post.assets().stream().flatMap(urn -> upload(urn).stream()).toList();
        var isVideo = uploaded.stream().anyMatch(upload -> upload.asset().kind().equals("video"));
        publications.add(new Publication(
                Platform.LINKEDIN,
                idOf(post.author()),
                isVideo ? Kind.VIDEO : Kind.POST,
                post.urn(),
                post.shown(),
                post.link(),
                uploaded.stream().map(Upload::fingerprint).toList(),
                Optional.empty(),
                post.createdAt(),
                calledAt));
    }

    private void add(Comment comment, Instant calledAt) {
        observe("urn:li:comment:" + comment.id());
        comments.add(comment);
        publications.add(new Publication(
                Platform.LINKEDIN,
                idOf(comment.actor()),
                Kind.COMMENT,
                comment.urn(),
                comment.text(),
                Optional.empty(),
                List.of(),
                Optional.of(comment.postUrn()),
                comment.createdAt(),
                calledAt));
    }

    private void observe(String urn) {
        lastId.accumulateAndGet(Long.parseLong(idOf(urn)), Math::max);
    }

    private static String idOf(String urn) {
        return urn.substring(urn.lastIndexOf(':') + 1);
    }

    /** The posts of one author. Guarded by itself. */
    static final class Author {
        private final List<Post> posts = new ArrayList<>(0);

        synchronized void add(Post post) {
            posts.add(post);
        }

        /** The newest post that is the same. */
        synchronized Optional<Post> latest(String sameness) {
            return posts.reversed().stream()
                    .filter(post -> post.sameness().equals(sameness))
                    .findFirst();
        }

        /** The newest first. */
        synchronized List<Post> posts() {
            return List.copyOf(posts.reversed());
        }
    }

    /**
     * One part of an upload.
     *
     * @param isOfKind whether the file it begins is what it should be
     */
    record Part(String etag, Fingerprint fingerprint, boolean isOfKind) {}

    /** Something that is uploaded, and how far it is. Guarded by itself. */
    static final class Upload {
        private final Asset asset;
        private final TreeMap<Integer, Part> parts = new TreeMap<>();
        private Optional<Instant> completeAt = Optional.empty();

        Upload(Asset asset) {
            this.asset = asset;
        }

        Asset asset() {
            return asset;
        }

        synchronized void add(int number, Part part) {
            parts.put(number, part);
        }

        synchronized void complete(Instant at) {
            completeAt = Optional.of(at);
        }

        synchronized boolean hasAllParts() {
            return parts.size() == asset.parts();
        }

        synchronized List<String> etags() {
            return parts.values().stream().map(Part::etag).toList();
        }

        /** Of its contents. */
        synchronized String fingerprint() {
            return parts.values().stream()
                    .map(Part::fingerprint)
                    .reduce(Fingerprint.EMPTY, Fingerprint::plus)
                    .text();
        }

        synchronized String status(Instant now, int processingSeconds) {
            if (completeAt.isEmpty()) {
                return "WAITING_UPLOAD";
            }
            if (now.isBefore(completeAt.get().plusSeconds(processingSeconds))) {
                return "PROCESSING";
            }
            return parts.firstEntry().getValue().isOfKind() ? "AVAILABLE" : "PROCESSING_FAILED";
        }
    }
}
