package io.broadside.simulator.linkedin;

import io.broadside.simulator.account.LinkedInMember;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Access and refresh tokens. A refresh token serves many times and for a fixed time. */
final class LinkedInTokens {
    private final Map<String, Token> tokens = new ConcurrentHashMap<>();
    private final LongAdder refreshes = new LongAdder();
    private final LongAdder grantsRevoked = new LongAdder();

    Optional<Token> access(String token) {
        return Optional.ofNullable(tokens.get(token)).filter(known -> !known.isRefresh());
    }

    Optional<Token> refresh(String token) {
        return Optional.ofNullable(tokens.get(token)).filter(Token::isRefresh);
    }

    Optional<Token> any(String token) {
        return Optional.ofNullable(tokens.get(token));
    }

    long refreshes() {
        return refreshes.sum();
    }

    long grantsRevoked() {
        return grantsRevoked.sum();
    }

    void replace(LinkedInMember member, Instant at) {
        put(member, at);
    }

    /** One consent per member: another set of scopes ends what was granted before. */
    void grant(LinkedInMember member, Instant at) {
        tokens.replaceAll((_, token) ->
                token.memberId().equals(member.id()) && !token.scopes().equals(member.scopes()) && !token.isRevoked()
                        ? token.revoked()
                        : token);
        put(member, at);
    }

    void refreshed(LinkedInMember member, Instant at) {
        tokens.put(member.accessToken(), access(member, at));
        refreshes.increment();
    }

    void expire(String token) {
        tokens.computeIfPresent(token, (_, known) -> known.expired());
    }

    void revoke(String token) {
        tokens.computeIfPresent(token, (_, known) -> known.revoked());
    }

    void revokeAll(String memberId) {
        tokens.replaceAll((_, token) -> token.memberId().equals(memberId) ? token.revoked() : token);
        grantsRevoked.increment();
    }

    private void put(LinkedInMember member, Instant at) {
        tokens.put(member.accessToken(), access(member, at));
        member.refreshToken()
                .ifPresent(refresh -> tokens.put(
                        refresh, new Token(member.id(), member.scopes(), at, member.refreshExpiresAt(), false, true)));
    }

    private static Token access(LinkedInMember member, Instant at) {
        return new Token(member.id(), member.scopes(), at, member.expiresAt(), false, false);
    }

    /** A token. */
    record Token(
            String memberId,
            List<String> scopes,
            Instant createdAt,
            Optional<Instant> expiresAt,
            boolean isRevoked,
            boolean isRefresh) {
        Token {
            scopes = List.copyOf(scopes);
        }

        boolean isExpired(Instant now) {
            return expiresAt.filter(end -> !now.isBefore(end)).isPresent();
        }

        boolean isActive(Instant now) {
            return !isRevoked && !isExpired(now);
        }

        Token revoked() {
            return new Token(memberId, scopes, createdAt, expiresAt, true, isRefresh);
        }

        Token expired() {
            return new Token(memberId, scopes, createdAt, Optional.of(Instant.EPOCH), isRevoked, isRefresh);
        }
    }
}
