package io.broadside.token.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the sign-ins of several platforms have in common. */
public final class CodeExchange {

    private static final String INVALID_REQUEST = "invalid_request";

    private CodeExchange() {}

    /**
     * Errors by which a platform refuses a code. To those that end a refresh token comes one more, which some give for a code that is
     * used: to believe it costs a person a second try, and no connection.
     */
    public static Set<String> refusals(TokenPolicy policy) {
        return Stream.concat(policy.deadCodes().stream(), Stream.of(INVALID_REQUEST))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** An address with these parameters, in their order. */
    public static URI withQuery(URI base, Map<String, String> parameters) {
        var query = parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&"));
        return URI.create(base + (base.getRawQuery() == null ? "?" : "&") + query);
    }

    /** With %20 for blanks: not every authorisation page takes a plus sign for one. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    /** What a token endpoint answered to a code. */
    public static Step<Person> of(String title, RefreshAnswer answer, Instant askedAt) {
        return switch (answer) {
            case RefreshAnswer.Renewed(var tokens) -> new Step.Done<>(Person.of(tokens, askedAt));
            case RefreshAnswer.Refused(var code) -> tooLate(title, code);
            case RefreshAnswer.Unclear(var cause) -> away(title, cause);
            case RefreshAnswer.NotNow(var cause, var _) ->
                cause == ErrorCode.APP_REFUSED ? appRefused(title) : away(title, cause);
        };
    }

    /** The code is used, has expired, or was meant for somebody else. */
    public static <T> Step<T> tooLate(String title, String platformCode) {
        return Step.failed(
                ErrorCode.UNKNOWN_REFUSAL,
                title + " does not accept this sign-in any more (" + platformCode
                        + "): it took too long, or was used already. Begin again.");
    }

    public static <T> Step<T> appRefused(String title) {
        return Step.failed(
                ErrorCode.APP_REFUSED,
                title + " refuses the app behind this page. Whoever runs Broadside must check its id and secret.");
    }

    public static <T> Step<T> away(String title, ErrorCode cause) {
        return Step.failed(
                cause, title + " could not finish the sign-in now (" + cause + "). Begin again in a few minutes.");
    }

    /** Whose token it is, of one that was given a moment ago. */
    public static Step<Account> account(String title, Inspection inspection) {
        return switch (inspection) {
            case Inspection.Found found -> new Step.Done<>(found.account());
            case Inspection.Unavailable(var code, var _, var _) -> away(title, code);
            case Inspection.Refused(var code, var _) -> notTold(title, code);
            case Inspection.Withdrawn _ -> notTold(title, ErrorCode.TOKEN_REVOKED);
        };
    }

    private static Step<Account> notTold(String title, ErrorCode code) {
        return Step.failed(
                code,
                title + " let you in, but does not say which account it is (" + code
                        + "). Begin again, and leave every permission ticked.");
    }
}
