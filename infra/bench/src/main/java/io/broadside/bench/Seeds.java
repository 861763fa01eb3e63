package io.broadside.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.FreshToken;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Topics, and connections with their tokens as token-service would have written them. */
final class Seeds {

    private Seeds() {}

    /**
     * Creates all topics, those of the relay too, and connects the accounts.
     *
     * @param environment of a service
     */
    static void sow(Map<String, String> environment, int accounts) throws InterruptedException, ExecutionException {
        var settings = Settings.from(environment);
        var vault = Vault.open(VaultConfig.from(settings));
        var kafka = KafkaConfig.from(settings);
        try (var clients = new KafkaClients(kafka, "bench");
                var admin = clients.admin();
                var producer = clients.producer("seeds")) {
            var partitions = TopicSetup.ensure(clients, Topics.all(BenchAccount.PLATFORMS));
            admin.createTopics(List.of(
                            new NewTopic(BareRelay.REQUESTS, partitions, (short) 1),
                            new NewTopic(BareRelay.COMMANDS, partitions, (short) 1)))
                    .all()
                    .get();
            var written = new ArrayList<Future<?>>();
            for (var platform : BenchAccount.PLATFORMS) {
                for (int number = 0; number < accounts; number++) {
                    var account = new BenchAccount(platform, number);
                    var key = account.connectionId().getBytes(UTF_8);
                    var token = clients.serdes().write(Topics.FRESH_TOKENS, token(account, vault));
                    var connection = clients.serdes().write(Topics.CONNECTIONS, connection(account));
                    written.add(producer.send(new ProducerRecord<>(Topics.FRESH_TOKENS.name(), key, token)));
                    written.add(producer.send(new ProducerRecord<>(Topics.CONNECTIONS.name(), key, connection)));
                }
            }
            for (var record : written) {
                record.get();
            }
        }
    }

    private static FreshToken token(BenchAccount account, Vault vault) {
        var sealed = vault.seal(KeysetName.ACCESS, Secret.of(account.token()), account.connectionId());
        return FreshToken.newBuilder()
                .setConnectionId(account.connectionId())
                .setPlatform(account.platform())
                .setVersion(1)
                .setSealedAccessToken(ByteBuffer.wrap(sealed))
                .setIssuedAt(Instant.EPOCH)
                .build();
    }

    private static Connection connection(BenchAccount account) {
        return Connection.newBuilder()
                .setConnectionId(account.connectionId())
                .setProfileId(account.profileId())
                .setPlatform(account.platform())
                .setAccountId(account.id())
                .setAccountName(account.connectionId())
                .setAccountKind(account.kind())
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(1)
                .setConnectedAt(Instant.EPOCH)
                .setRefreshedAt(Instant.EPOCH)
                .setUpdatedAt(Instant.EPOCH)
                .build();
    }
}
