package io.broadside.token.health.notice;

import io.broadside.events.Connection;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.StartTLSOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Sends notices by e-mail. The id of a notice is that of its message, so that one that is sent twice can be told. */
final class MailChannel implements NoticeChannel, AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final NoticeConfig.Mail config;
    private final Function<String, Optional<Connection>> connections;
    private final MailClient client;

    /** @param connections by their ids, for the name of the account */
    MailChannel(Vertx vertx, NoticeConfig.Mail config, Function<String, Optional<Connection>> connections) {
        this.config = config;
        this.connections = connections;
        this.client = MailClient.create(vertx, client(config));
    }

    @Override
    public String name() {
        return "mail";
    }

    @Override
    public Delivery deliver(Notice notice) {
        try {
            var _ = client.sendMail(message(notice)).await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return new Delivery.Delivered();
        } catch (TimeoutException _) {
            return new Delivery.Failed("no answer within " + LIMIT.toSeconds() + " s");
        } catch (Exception e) {
            // Any: a future throws what it failed with, checked or not. What the server says may quote the login.
            return new Delivery.Failed(e.getClass().getSimpleName());
        }
    }

    @Override
    public void close() {
        client.close().await();
    }

    private MailMessage message(Notice notice) {
        var event = notice.event();
        var name = connections.apply(event.getConnectionId()).map(Connection::getAccountName);
        var account = event.getPlatform() + name.map(it -> " account " + it).orElse(" account");
        var subject = switch (event.getKind()) {
            case EXPIRING ->
                event.getActBefore().isPresent()
                        ? "Connect the " + account + " again in time"
                        : "The token of the " + account + " is not renewed: posts to it wait";
            case RECOVERED -> "The " + account + " is connected again";
            default -> "Connect the " + account + " again: posts to it wait";
        };
        var text = new StringBuilder(notice.sentence()).append("\n\n");
        line(text, "Platform", event.getPlatform());
        name.ifPresent(it -> line(text, "Account", it));
        line(text, "Profile", event.getProfileId());
        line(text, "Connection", event.getConnectionId());
        event.getReason().ifPresent(reason -> line(text, "Reason", reason));
        event.getActBefore().ifPresent(at -> line(text, "Act before", at.toString()));
        line(text, "Noticed", event.getAt().toString());
        return new MailMessage()
                .setFrom(config.from())
                .setTo(config.to())
                .setSubject("[Broadside] " + singleLine(subject))
                .setText(text.toString())
                .setHeaders(MultiMap.caseInsensitiveMultiMap()
                        .add("Message-ID", "<" + notice.id() + "@broadside>")
                        .add("Auto-Submitted", "auto-generated"));
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(singleLine(value)).append('\n');
    }

    /** Names come from platforms, where people choose them. */
    private static String singleLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    private static MailConfig client(NoticeConfig.Mail config) {
        var server = config.server();
        var options = new MailConfig(server.getHost(), server.getPort())
                .setSsl(server.getScheme().equals("smtps"))
                .setStarttls(server.getScheme().equals("smtp") ? StartTLSOptions.REQUIRED : StartTLSOptions.DISABLED)
                .setLogin(LoginOption.DISABLED)
                .setMaxPoolSize(2);
        config.login()
                .ifPresent(login -> options.setLogin(LoginOption.REQUIRED)
                        .setUsername(login.user())
                        .setPassword(login.password().reveal()));
        return options;
    }
}
