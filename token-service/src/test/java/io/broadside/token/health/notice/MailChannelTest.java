package io.broadside.token.health.notice;

import static io.broadside.token.health.notice.Events.event;
import static io.broadside.token.health.notice.Events.notice;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.runtime.config.Secret;
import io.broadside.token.health.notice.NoticeChannel.Delivery;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real SMTP server in this process. */
class MailChannelTest {

    private static final String PASSWORD = "a-secret-password";

    private final GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private final Vertx vertx = Vertx.vertx();

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
        server.stop();
    }

    @Test
    void saysWhoMustDoWhatUntilWhen() throws Exception {
        // When
        Delivery delivery;
        try (var channel = channel("smtp+plain", Optional.empty())) {
            delivery = channel.deliver(notice("connection-1"));
        }
        // Then
        assertThat(delivery).isEqualTo(new Delivery.Delivered());
        assertThat(server.getReceivedMessages()).hasSize(2).allSatisfy(message -> {
            assertThat(message.getSubject())
                    .isEqualTo("[Broadside] Connect the facebook account Harbour Bakery again in time");
            assertThat(message.getMessageID())
                    .isEqualTo("<" + notice("connection-1").id() + "@broadside>");
            assertThat(message.getAllRecipients()).hasSize(2);
            assertThat(message.getContent().toString())
                    .contains("The access ends in 7 days.")
                    .contains("Profile: bakery")
                    .contains("Connection: connection-1")
                    .contains("Act before: 2026-11-28T12:00:00Z");
        });
    }

    @Test
    void aRenewalThatFailsIsNoDayToActBefore() throws Exception {
        // Given
        var stuck = ConnectionEvent.newBuilder(event("connection-1", ConnectionEventKind.EXPIRING))
                .setActBefore(null)
                .build();
        // When
        try (var channel = channel("smtp+plain", Optional.empty())) {
            channel.deliver(Notice.of(stuck).orElseThrow());
        }
        // Then
        assertThat(server.getReceivedMessages()[0].getSubject())
                .isEqualTo(
                        "[Broadside] The token of the facebook account Harbour Bakery is not renewed: posts to it wait");
    }

    @Test
    void logsInWhereThatIsSetUp() throws Exception {
        // Given
        server.setUser("broadside", PASSWORD);
        var login = new NoticeConfig.Login("broadside", Secret.of(PASSWORD));
        var wrong = new NoticeConfig.Login("broadside", Secret.of("another"));
        // When
        try (var channel = channel("smtp+plain", Optional.of(login));
                var other = channel("smtp+plain", Optional.of(wrong))) {
            // Then
            assertThat(channel.deliver(notice("connection-1"))).isEqualTo(new Delivery.Delivered());
            assertThat(other.deliver(notice("connection-1")))
                    .isInstanceOfSatisfying(
                            Delivery.Failed.class,
                            failed -> assertThat(failed.cause()).doesNotContain("another"));
        }
    }

    @Test
    void withoutEncryptionNothingIsSentWhereItIsAskedFor() throws Exception {
        try (var channel = channel("smtp", Optional.empty())) {
            assertThat(channel.deliver(notice("connection-1"))).isInstanceOf(Delivery.Failed.class);
        }
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void aServerThatIsAwayIsAFailureAndNoException() throws Exception {
        try (var channel = channel("smtp+plain", Optional.empty())) {
            server.stop();
            assertThat(channel.deliver(notice("connection-1"))).isInstanceOf(Delivery.Failed.class);
        }
    }

    @Test
    void aNameWithALineEndAddsNoHeader() throws Exception {
        // Given
        var recovered =
                Notice.of(event("connection-2", ConnectionEventKind.RECOVERED)).orElseThrow();
        // When
        try (var channel = channel("smtp+plain", Optional.empty())) {
            channel.deliver(recovered);
        }
        // Then
        var message = server.getReceivedMessages()[0];
        assertThat(message.getHeader("X-Evil")).isNull();
        assertThat(message.getSubject()).contains("is connected again");
    }

    private MailChannel channel(String scheme, Optional<NoticeConfig.Login> login) {
        var mail = new NoticeConfig.Mail(
                URI.create(scheme + "://127.0.0.1:" + server.getSmtp().getPort()),
                login,
                "broadside@example.com",
                List.of("owner@example.com", "shop@example.com"));
        return new MailChannel(vertx, mail, id -> Optional.of(connection(id)));
    }

    private static Connection connection(String id) {
        return Connection.newBuilder()
                .setConnectionId(id)
                .setProfileId("bakery")
                .setPlatform("facebook")
                .setAccountId("1")
                .setAccountName(id.equals("connection-2") ? "Harbour\r\nX-Evil: yes" : "Harbour Bakery")
                .setAccountKind("page")
                .setStatus(ConnectionStatus.EXPIRING)
                .setTokenVersion(1)
                .setConnectedAt(Events.START)
                .setRefreshedAt(Events.START)
                .setUpdatedAt(Events.START)
                .build();
    }
}
