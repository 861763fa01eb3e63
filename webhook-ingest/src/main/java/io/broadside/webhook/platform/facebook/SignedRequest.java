package io.broadside.webhook.platform.facebook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundKind;
import io.broadside.events.RawDelivery;
import io.broadside.runtime.config.Secret;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Json;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.RawBody;
import io.broadside.webhook.platform.Verdict;
import java.net.URLDecoder;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The form that Meta posts when a person removes the app: {@code signed_request=SIGNATURE.PAYLOAD}, both base64url without
 * padding. The signature covers the payload as it is encoded.
 *
 * @see <a href="https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback">Parsing a signed request</a>
 */
final class SignedRequest {

    private static final String FIELD = "signed_request";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private SignedRequest() {}

    static Verdict verify(byte[] form, List<Secret> secrets, Instant now) {
        var signedRequest = field(form);
        if (signedRequest.isEmpty()) {
            return new Verdict.Missing("The form does not hold one field signed_request.");
        }
        var parts = signedRequest.get().split("\\.", -1);
        if (parts.length != 2
                || !HmacSha256.fits(parts[0], parts[1].getBytes(UTF_8), secrets, BASE64::encodeToString)) {
            return new Verdict.Mismatch("None of the app's secrets makes the signature of the signed_request.");
        }
        var payload = payload(parts[1]);
        if (!payload.flatMap(content -> Json.text(content, "algorithm"))
                .filter("HMAC-SHA256"::equals)
                .isPresent()) {
            return new Verdict.Mismatch("The signed_request does not say that it is signed with HMAC-SHA256.");
        }
        if (payload.filter(SignedRequest::isOfALogin).isPresent()) {
            // A login hands one to the person's browser: it would prove no more than that somebody logged in.
            return new Verdict.Mismatch("The signed_request is one of a login, not of a deauthorisation.");
        }
        var hasEnded = payload.map(content -> content.path("expires"))
                .filter(expires -> expires.asLong() > 0)
                .flatMap(Json::time)
                .filter(end -> end.isBefore(now))
                .isPresent();
        return hasEnded ? new Verdict.OutOfTime("The signed_request has expired.") : new Verdict.Valid();
    }

    static Normalised normalise(RawDelivery delivery) {
        var payload = field(RawBody.of(delivery))
                .map(request -> request.substring(request.indexOf('.') + 1))
                .flatMap(SignedRequest::payload);
        var person = payload.flatMap(content -> Json.text(content, "user_id"));
        if (payload.isEmpty() || person.isEmpty()) {
            return Normalised.malformed("The signed_request names no user_id.");
        }
        var issuedAt = payload.get().path("issued_at");
        var batch = new EventBatch(delivery);
        // Of the app, too: a person who leaves one app has not left another.
        var event = batch.begin(
                person.get(),
                InboundKind.ACCOUNT_DEAUTHORIZED,
                "deauthorize",
                "deauthorize",
                delivery.getApp(),
                person.get(),
                issuedAt.asText());
        Json.time(issuedAt).ifPresent(event::setOccurredAt);
        event.setActorId(person.get());
        batch.add(event);
        return batch.normalised();
    }

    private static boolean isOfALogin(JsonNode payload) {
        return payload.has("code") || payload.has("oauth_token");
    }

    /** The one field of that name; empty where there is none, or where it could be either of several. */
    private static Optional<String> field(byte[] form) {
        var values = Stream.of(new String(form, ISO_8859_1).split("&", -1))
                .filter(pair -> pair.startsWith(FIELD + "="))
                .map(pair -> pair.substring(FIELD.length() + 1))
                .toList();
        return values.size() == 1 ? decoded(values.getFirst()).filter(value -> !value.isEmpty()) : Optional.empty();
    }

    private static Optional<String> decoded(String value) {
        try {
            return Optional.of(URLDecoder.decode(value, UTF_8));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<JsonNode> payload(String encoded) {
        try {
            return Json.parse(Base64.getUrlDecoder().decode(encoded.getBytes(US_ASCII)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
