package io.broadside.webhook.platform.meta;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundKind;
import io.broadside.events.RawDelivery;
import io.broadside.runtime.config.Secret;
import io.broadside.webhook.platform.Callback;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Json;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.RawBody;
import io.broadside.webhook.platform.Verdict;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The form that Meta posts when a person removes the app, or wants it to delete their data: {@code signed_request=SIGNATURE.PAYLOAD}, both base64url without
 * padding. The signature covers the payload as it is encoded.
 *
 * <p>Its {@code expires} is no reason to refuse one that says when it was issued: Meta repeats for 36 hours what it signed once, and a deauthorisation that comes late has
 * to be believed all the more. One that is copied and sent again does nothing: its event is known again, and a token newer than
 * {@code issued_at} stays.
 *
 * @see <a href="https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback">Parsing a signed request</a>
 */
final class SignedRequest {

    /** The whole form, so that nothing of what was received is left unsigned. */
    private static final Pattern FORM =
            Pattern.compile("signed_request=(?<signature>[A-Za-z0-9_-]{43})\\.(?<payload>[A-Za-z0-9_-]{1,8192})");

    private static final String SIGNATURE = "signature";
    private static final String PAYLOAD = "payload";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private SignedRequest() {}

    static Verdict verify(byte[] form, List<Secret> secrets, Instant receivedAt) {
        var request = FORM.matcher(new String(form, ISO_8859_1));
        if (!request.matches()) {
            return new Verdict.Missing("The form does not hold a signed_request and nothing else.");
        }
        var encoded = request.group(PAYLOAD);
        if (!HmacSha256.fits(request.group(SIGNATURE), secrets, BASE64::encodeToString, encoded.getBytes(US_ASCII))) {
            return new Verdict.Mismatch("None of the app's secrets makes the signature of the signed_request.");
        }
        var payload = payload(encoded);
        if (!payload.flatMap(content -> Json.text(content, "algorithm"))
                .filter("HMAC-SHA256"::equals)
                .isPresent()) {
            return new Verdict.Mismatch("The signed_request does not say that it is signed with HMAC-SHA256.");
        }
        if (payload.filter(SignedRequest::isOfALogin).isPresent()) {
            // A login hands one to the person's browser: it would prove no more than that somebody logged in.
            return new Verdict.Mismatch("The signed_request is one of a login, not of a deauthorisation.");
        }
        // Without the time of its issue nothing tells it from a copy that comes much later.
        var hasEnded = payload.filter(
                        content -> Json.time(content.path("issued_at")).isEmpty())
                .map(content -> content.path("expires"))
                .filter(expires -> expires.asLong() > 0)
                .flatMap(Json::time)
                .filter(end -> end.isBefore(receivedAt))
                .isPresent();
        return hasEnded ? new Verdict.OutOfTime("The signed_request has expired.") : new Verdict.Valid();
    }

    static Normalised normalise(RawDelivery delivery) {
        var request = FORM.matcher(new String(RawBody.of(delivery), ISO_8859_1));
        var payload = request.matches() ? payload(request.group(PAYLOAD)) : Optional.<JsonNode>empty();
        var person = payload.flatMap(content -> Json.text(content, "user_id"));
        if (payload.isEmpty() || person.isEmpty()) {
            return Normalised.malformed("The signed_request names no user_id.");
        }
        var issuedAt = payload.get().path("issued_at");
        var batch = new EventBatch(delivery);
        // Of the app, too: a person who leaves one app has not left another.
        var isDeletion = delivery.getCallback().equals(Callback.DATA_DELETION.id());
        var name = isDeletion ? "data_deletion" : "deauthorize";
        var event = batch.begin(
                person.get(),
                isDeletion ? InboundKind.DATA_DELETION_REQUESTED : InboundKind.ACCOUNT_DEAUTHORIZED,
                name,
                name,
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

    private static Optional<JsonNode> payload(String encoded) {
        try {
            return Json.parse(Base64.getUrlDecoder().decode(encoded.getBytes(US_ASCII)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
