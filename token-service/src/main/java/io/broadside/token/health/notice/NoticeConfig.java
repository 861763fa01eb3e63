package io.broadside.token.health.notice;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who is told of what happens to connections, and how.
 *
 * @param mail how e-mail goes out; absent: it does not
 * @param webhook where events are sent; absent: nowhere
 */
public record NoticeConfig(Optional<Mail> mail, Optional<Webhook> webhook) {

    private static final Setting MAIL_TO = Setting.optional(
            "TOKEN_NOTICE_MAIL_TO",
            "Addresses, comma separated, that get an e-mail 30, 7 and 1 day before somebody must connect an account again, when"
                    + " that was missed, when a permission was taken back, and when the account is back. Not set: no e-mail.");
    private static final Setting MAIL_FROM =
            Setting.of("TOKEN_NOTICE_MAIL_FROM", "broadside@localhost", "Address these e-mails come from.");
    private static final Setting SMTP = Setting.of(
            "TOKEN_NOTICE_SMTP",
            "smtp://localhost:587",
            "Mail server: smtp://HOST:PORT (with STARTTLS, or nothing is sent), smtps://HOST:PORT (TLS from the start), or"
                    + " smtp+plain://HOST:PORT (without encryption, for a relay on the same machine).");
    private static final Setting SMTP_USER =
            Setting.optional("TOKEN_NOTICE_SMTP_USER", "User at the mail server. Not set: no login.");
    private static final Setting SMTP_PASSWORD =
            Setting.optional("TOKEN_NOTICE_SMTP_PASSWORD", "Password of that user. A secret.");
    private static final Setting WEBHOOK_URL = Setting.optional(
            "TOKEN_NOTICE_WEBHOOK_URL",
            "Where the same news is sent as JSON, signed after the Standard Webhooks scheme. Not set: nowhere.");
    private static final Setting WEBHOOK_SECRET = Setting.optional(
            "TOKEN_NOTICE_WEBHOOK_SECRET",
            "whsec_ and 24 to 64 random bytes in Base64; two of them, comma separated, while one replaces the other. A secret.");

    public static final List<Setting> SETTINGS =
            List.of(MAIL_TO, MAIL_FROM, SMTP, SMTP_USER, SMTP_PASSWORD, WEBHOOK_URL, WEBHOOK_SECRET);

    private static final Set<String> SCHEMES = Set.of("smtp", "smtps", "smtp+plain");

    /**
     * How e-mail goes out.
     *
     * @param server by a scheme that says how it is spoken to
     * @param login at that server
     */
    public record Mail(URI server, Optional<Login> login, String from, List<String> to) {
        public Mail {
            to = List.copyOf(to);
            if (!SCHEMES.contains(server.getScheme()) || server.getHost() == null || server.getPort() < 1) {
                throw new ConfigException(
                        SMTP.name() + ": smtp, smtps or smtp+plain with a host and a port needed, was " + server);
            }
            for (var address : to) {
                if (!address.matches("[^\\s@,<>]+@[^\\s@,<>]+")) {
                    throw new ConfigException(MAIL_TO.name() + ": e-mail addresses needed, was " + address);
                }
            }
        }
    }

    /** Who we are at the mail server. */
    public record Login(String user, Secret password) {}

    /** Where events are sent, and what they are signed with. */
    public record Webhook(URI url, Secret secret) {
        public Webhook {
            var isHttp = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
            if (!isHttp || url.getHost() == null || url.getRawUserInfo() != null) {
                throw new ConfigException(
                        WEBHOOK_URL.name() + ": http or https with a host and without user info needed");
            }
            var _ = WebhookSecret.listOf(secret);
        }
    }

    /** Nobody is told. */
    public static NoticeConfig none() {
        return new NoticeConfig(Optional.empty(), Optional.empty());
    }

    public static NoticeConfig from(Settings settings) {
        return new NoticeConfig(mail(settings), webhook(settings));
    }

    private static Optional<Mail> mail(Settings settings) {
        var to = settings.list(MAIL_TO);
        if (to.isEmpty()) {
            return Optional.empty();
        }
        var user = settings.optionalText(SMTP_USER);
        var password = settings.optionalSecret(SMTP_PASSWORD);
        if (user.isPresent() != password.isPresent()) {
            throw new ConfigException(SMTP_PASSWORD.name() + ": needed together with " + SMTP_USER.name());
        }
        return Optional.of(new Mail(
                settings.uri(SMTP),
                user.map(name -> new Login(name, password.orElseThrow())),
                settings.text(MAIL_FROM),
                to));
    }

    private static Optional<Webhook> webhook(Settings settings) {
        return settings.optionalText(WEBHOOK_URL)
                .map(_ -> new Webhook(
                        settings.uri(WEBHOOK_URL),
                        settings.optionalSecret(WEBHOOK_SECRET)
                                .orElseThrow(() -> new ConfigException(WEBHOOK_SECRET.name() + ": needed together with "
                                        + WEBHOOK_URL.name() + ", was not set"))));
    }
}
