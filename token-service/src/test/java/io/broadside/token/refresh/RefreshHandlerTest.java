package io.broadside.token.refresh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Connection;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.events.FreshToken;
import io.broadside.events.RecordPosition;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.dispatch.Decision;
import io.broadside.runtime.dispatch.Lease;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Unreadable;
import io.broadside.runtime.dispatch.Work;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeyRotation;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.testkit.SettableClock;
import io.broadside.token.AccessTokens;
import io.broadside.token.Doubts;
import io.broadside.token.FakeConnections;
import io.broadside.token.Quiet;
import io.broadside.token.health.FakeTokenPlatform;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.TokenPair;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.platform.TokenPolicy.Renewal;
import io.broadside.token.platform.TokenPolicy.Schedule;
import io.broadside.token.platform.tiktok.TikTokConfig;
import io.broadside.token.platform.tiktok.TikTokTokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One test or more for each promise of {@link RefreshHandler}. */
class RefreshHandlerTest {

    private static final String ID = "connection-1";

    private static final SchemaRegistry REGISTRY = SchemaRegistry.start(RegistryConfig.inMemory());

    @TempDir
    private static Path keys;

    private final SettableClock clock = new SettableClock();
    private final FakeConnections connections = new FakeConnections();
    private final ScriptedRefresher refresher = new ScriptedRefresher();
    private final List<Duration> pauses = new ArrayList<>();
    private final List<TokenPair> dropped = new ArrayList<>();
    private final EventSerdes serdes = new EventSerdes(REGISTRY.uri(), true);
    private final Vault vault = Vault.open(
            new VaultConfig(Optional.of(keys.resolve("access.json")), Optional.of(keys.resolve("refresh.json")), true));
    private final FakeTokenPlatform facebook = FakeTokenPlatform.facebook();
    private final AtomicInteger gatewayCalls = new AtomicInteger();
    private final TokenPlatforms platforms = TokenPlatforms.of(List.of(
            new TikTokTokens(
                    TikTokConfig.from(
                            Settings.from(Map.of("TIKTOK_CLIENT_KEY", "key", "TIKTOK_CLIENT_SECRET", "secret"))),
                    (_, _) -> {
                        gatewayCalls.incrementAndGet();
                        return new Reply.Answer(200, Map.of("content-type", "text/html"), "<html>Welcome</html>");
                    }),
            new FakePlatform("x", new Renewal.ByRefreshToken(true, refresher)),
            new FakePlatform("reusing", new Renewal.ByRefreshToken(false, refresher)),
            new FakePlatform(
                    "extending", new Renewal.ByItself(refresher), new Schedule(Optional.empty(), Duration.ofHours(24))),
            facebook));
    private boolean areTokensReadable = true;
    private final AccessTokens tokens = (id, version) ->
            areTokensReadable ? Optional.of(sealed(KeysetName.ACCESS, "access-" + version, id)) : Optional.empty();
    private final RefreshHandler handler = new RefreshHandler(
            connections,
            tokens,
            vault,
            platforms,
            new RefreshRecords(serdes, vault, platforms, clock),
            pauses::add,
            (_, tokens, _) -> dropped.add(tokens),
            new RefreshMetrics(new SimpleMeterRegistry()),
            clock);

    @AfterAll
    static void stopTheRegistry() {
        REGISTRY.close();
    }

    @BeforeEach
    void aConnectionOfX() {
        connections.put(connection("x", 1), credential("x", 1, "refresh-1"));
    }

    @Nested
    class OneCallPerTokenVersion {

        @Test
        void theNextRequestOfTheSameVersionIsServedAlready() {
            // Given
            refresher.answers(ScriptedRefresher.renewed("access-2", "refresh-2"));
            connections.write(work(1), serdes);
            // When
            var second = handle(request(1));
            // Then
            assertThat(second).isEmpty();
            assertThat(refresher.presented()).containsExactly("refresh-1");
        }

        @Test
        void aThousandRequestsForOneVersionAreOneCall() {
            // Given
            refresher.answers(ScriptedRefresher.renewed("access-2", "refresh-2"));
            connections.write(work(1), serdes);
            // When
            var written = IntStream.range(1, 1000)
                    .mapToObj(_ -> handle(request(1)))
                    .mapToInt(List::size)
                    .sum();
            // Then
            assertThat(written).isZero();
            assertThat(refresher.presented()).containsExactly("refresh-1");
        }

        /** The first of the storm. */
        private Outputs work(long version) {
            return handler.run(workOf(request(version)));
        }

        @Test
        void whatWasWrittenBeforeIsWaitedForBeforeTheCall() {
            // Given: a former owner has renewed, and the tables here do not know yet
            connections.write(connection("x", 2), credential("x", 2, "refresh-2"));
            // When
            var decision = handler.decide(workOf(request(1)));
            var outputs = handler.run(workOf(request(1)));
            // Then
            assertThat(decision).isInstanceOf(Decision.Attempt.class);
            assertThat(outputs.records()).isEmpty();
            assertThat(refresher.presented()).isEmpty();
        }

        @Test
        void theNewestRefreshTokenIsUsed() {
            // Given
            connections.write(connection("x", 2), credential("x", 2, "refresh-2"));
            refresher.answers(ScriptedRefresher.renewed("access-3", "refresh-3"));
            // When
            handle(request(2));
            // Then
            assertThat(refresher.presented()).containsExactly("refresh-2");
        }

        @Test
        void nothingIsCalledForWhileTheTablesAreBehind() {
            // Given
            connections.goAway();
            // When
            var outputs = handle(request(1));
            // Then
            assertThat(retryIn(outputs).getAttempt()).isEqualTo(2);
            assertThat(refresher.presented()).isEmpty();
        }

        @Test
        void aRequestUnderAnotherKeyIsMovedToItsOwn() {
            // Given
            var work = workOf("somebody else", request(1));
            // When
            var decision = handler.decide(work);
            // Then
            assertThat(decision).isInstanceOfSatisfying(Decision.Settle.class, settle -> {
                assertThat(settle.outputs().records()).hasSize(1);
                assertThat(settle.outputs().records().getFirst().key()).isEqualTo(ID.getBytes(UTF_8));
            });
        }

        @Test
        void aRequestForATokenThatDoesNotExistYetAsksForNothing() {
            // When
            var outputs = handle(request(99));
            // Then
            assertThat(outputs).isEmpty();
        }

        @Test
        void anUnknownConnectionIsOnlyUnknownOnceTheTablesAreCurrent() {
            // Given
            var unknown = RefreshRequest.newBuilder(request(1))
                    .setConnectionId("nobody")
                    .build();
            var work = workOf(unknown);
            // When
            var decision = handler.decide(work);
            var outputs = handler.run(work);
            // Then
            assertThat(decision).isInstanceOf(Decision.Attempt.class);
            assertThat(outputs.records()).isEmpty();
        }
    }

    @Nested
    class DurableBeforeUse {

        @Test
        void tokenAndCredentialAreWrittenTogetherAndSealed() {
            // Given
            refresher.answers(ScriptedRefresher.renewed("access-2", "refresh-2"));
            // When
            var outputs = handler.run(workOf(request(1)));
            // Then
            assertThat(outputs.records().stream().map(record -> record.topic()))
                    .containsExactly(
                            Topics.CREDENTIALS.name(),
                            Topics.FRESH_TOKENS.name(),
                            Topics.CONNECTIONS.name(),
                            Topics.CONNECTION_EVENTS.name());
            var credential = only(Topics.CREDENTIALS, outputs);
            var token = only(Topics.FRESH_TOKENS, outputs);
            var connection = only(Topics.CONNECTIONS, outputs);
            assertThat(vault.unseal(
                                    KeysetName.REFRESH,
                                    credential.getSealedRefreshToken().orElseThrow(),
                                    ID)
                            .reveal())
                    .isEqualTo("refresh-2");
            assertThat(vault.unseal(KeysetName.ACCESS, token.getSealedAccessToken(), ID)
                            .reveal())
                    .isEqualTo("access-2");
            assertThat(Stream.of(credential.getVersion(), token.getVersion(), connection.getTokenVersion()))
                    .containsOnly(2L);
            assertThat(token.getExpiresAt()).contains(SettableClock.START.plus(Duration.ofHours(2)));
            assertThat(only(Topics.CONNECTION_EVENTS, outputs).getKind()).isEqualTo(ConnectionEventKind.REFRESHED);
        }

        @Test
        void withoutANextRefreshTokenTheConnectionIsNoLongerRenewable() {
            // Given
            refresher.answers(new RefreshAnswer.Renewed(new TokenPair(
                    Secret.of("access-2"), Optional.empty(), Optional.empty(), Optional.empty(), List.of())));
            // When
            var outputs = handler.run(workOf(request(1)));
            // Then
            assertThat(only(Topics.CONNECTIONS, outputs).getIsRenewable()).isFalse();
            assertThat(only(Topics.CREDENTIALS, outputs).getSealedRefreshToken())
                    .isEmpty();
        }
    }

    @Nested
    class TroublePasses {

        @Test
        void theRequestGoesRoundAgainForAsLongAsItTakes() {
            // Given
            var request = request(1);
            for (int i = 1; i <= 100; i++) {
                refresher.answers(ScriptedRefresher.notNow(ErrorCode.NO_CONNECTION));
                // When
                var outputs = handle(request);
                // Then
                assertThat(outputs).hasSize(1);
                request = retryIn(outputs);
                assertThat(request.getAttempt()).isEqualTo(i + 1);
            }
            assertThat(pauses.subList(0, 4))
                    .containsExactly(
                            Duration.ofSeconds(2),
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(10));
        }

        @Test
        void ourOwnAppBeingRefusedIsNotTheConnectionsFault() {
            // Given
            refresher.answers(ScriptedRefresher.notNow(ErrorCode.APP_REFUSED));
            // When
            var outputs = handle(request(1));
            // Then
            assertThat(retryIn(outputs).getAttempt()).isEqualTo(2);
        }

        @Test
        void requestsThatStandBehindTheFailedOneDoNotCall() {
            // Given
            refresher.answers(ScriptedRefresher.notNow(ErrorCode.SERVER_ERROR));
            var retry = retryIn(handle(request(1)));
            // When
            var behind = handle(request(1));
            // Then
            assertThat(behind).isEmpty();
            assertThat(refresher.presented()).hasSize(1);
            assertThat(handler.decide(workOf(retry))).isInstanceOf(Decision.Attempt.class);
        }

        @Test
        void aRetryThatEndsByAFaultOfOursHoldsNoLaterRequestUp() {
            // Given
            refresher.answers(ScriptedRefresher.notNow(ErrorCode.SERVER_ERROR));
            var retry = retryIn(handle(request(1)));
            assertThatThrownBy(() -> handler.run(workOf(retry))).isInstanceOf(AssertionError.class);
            handler.failed(workOf(retry), new AssertionError());
            // When
            var decision = handler.decide(workOf(request(1)));
            // Then
            assertThat(decision).isInstanceOf(Decision.Attempt.class);
        }

        @Test
        void aRetryThatAnotherOwnerMayHaveEndedHoldsNoLaterRequestUp() {
            // Given
            refresher.answers(ScriptedRefresher.notNow(ErrorCode.SERVER_ERROR));
            handle(request(1));
            // When: the partition went and came back
            handler.owns(Map.of());
            handler.owns(Map.of(Topics.REFRESH_REQUESTS.name(), 1));
            // Then
            assertThat(handler.decide(workOf(request(1)))).isInstanceOf(Decision.Attempt.class);
        }

        @Test
        void aPlatformThatWantsToBeLeftAloneIs() {
            // Given
            refresher.answers(new RefreshAnswer.NotNow(ErrorCode.RATE_LIMITED, Optional.of(Duration.ofMinutes(15))));
            var retry = retryIn(handle(request(1)));
            // When
            var early = retryIn(handle(retry));
            clock.advance(Duration.ofMinutes(16));
            refresher.answers(ScriptedRefresher.renewed("access-2", "refresh-2"));
            var late = handle(early);
            // Then
            assertThat(late).hasSize(4);
            assertThat(refresher.presented()).hasSize(2);
        }

        @Test
        void oneAnswerThatNamesADayDoesNotStopTheOthersForADay() {
            // Given
            refresher.answers(new RefreshAnswer.NotNow(ErrorCode.RATE_LIMITED, Optional.of(Duration.ofDays(1))));
            handle(request(1));
            put("connection-2");
            var other = RefreshRequest.newBuilder(request(1))
                    .setConnectionId("connection-2")
                    .build();
            var early = retryIn(handle(other));
            // When
            clock.advance(Quiet.LONGEST);
            refresher.answers(ScriptedRefresher.renewed("access-2", "refresh-2"));
            var late = handle(early);
            // Then
            assertThat(late).hasSize(4);
            assertThat(refresher.presented()).containsExactly("refresh-1", "refresh");
        }

        private void put(String id) {
            put("x", id);
        }

        private void put(String platform, String id) {
            connections.put(
                    Connection.newBuilder(connection(platform, 1))
                            .setConnectionId(id)
                            .setAccountId("account of " + id)
                            .build(),
                    Credential.newBuilder(credential(platform, 1, ""))
                            .setConnectionId(id)
                            .setSealedRefreshToken(
                                    ByteBuffer.wrap(vault.seal(KeysetName.REFRESH, Secret.of("refresh"), id)))
                            .build());
        }

        @Test
        void refusalsWithoutEndAreTroubleOfThePlatformAndNotOfTheConnections() {
            // Given
            var lost = 0;
            for (int i = 0; i < 3 * Doubts.BELIEVED; i++) {
                var id = "connection-" + i;
                put(id);
                refresher.answers(new RefreshAnswer.Refused("invalid_request"));
                // When
                var outputs = handler.run(workOf(RefreshRequest.newBuilder(request(1))
                        .setConnectionId(id)
                        .build()));
                lost += outputs.records().size() == 2 ? 1 : 0;
            }
            // Then
            assertThat(lost).isEqualTo(Doubts.BELIEVED);
        }

        @Test
        void onlySoManyOfAPlatformWaitInTheirPlaces() throws Exception {
            // Given: more are due than may wait
            var inPlace = new Semaphore(0);
            var end = new CountDownLatch(1);
            var patient = new RefreshHandler(
                    connections,
                    tokens,
                    vault,
                    platforms,
                    new RefreshRecords(serdes, vault, platforms, clock),
                    _ -> {
                        inPlace.release();
                        awaitUninterrupted(end);
                    },
                    (_, _, _) -> {},
                    new RefreshMetrics(new SimpleMeterRegistry()),
                    clock);
            var due = RefreshRequest.newBuilder(request(1))
                    .setReason(RefreshReason.EXPIRING)
                    .build();
            for (int i = 0; i < Troubles.MOST_PAUSING + 2; i++) {
                refresher.answers(ScriptedRefresher.notNow(ErrorCode.NO_CONNECTION));
            }
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < Troubles.MOST_PAUSING; i++) {
                    var _ = threads.submit(() -> patient.run(workOf(due)));
                    inPlace.acquire();
                }
                // When
                var beyond = patient.run(workOf(due));
                // Then: it is asked for again when the next look comes, and holds no place until then
                assertThat(beyond.records()).isEmpty();
                assertThat(inPlace.availablePermits()).isZero();
                end.countDown();
            }
            assertThat(patient.run(workOf(due)).records()).hasSize(1);
        }

        @Test
        void answersThatCannotBeUsedDoNotTakeEveryPlace() {
            // Given: a gateway that answers 200 with a page of its own
            var written = new ArrayList<Integer>();
            // When
            for (int i = 0; i < 50; i++) {
                var id = "tiktok-" + i;
                put("tiktok", id);
                written.add(handle(due("tiktok", id)).size());
            }
            // Then: a few are in doubt and go round, the others are left for the next look and ask nobody
            assertThat(written.stream().mapToInt(Integer::intValue).sum()).isEqualTo(Troubles.UNUSABLE_IN_A_ROW);
            assertThat(gatewayCalls).hasValue(2 * Troubles.UNUSABLE_IN_A_ROW);
            assertThat(pauses).hasSize(Troubles.UNUSABLE_IN_A_ROW);
            // Then: others have room
            refresher.answers(ScriptedRefresher.renewed("access-2", "refresh-2"));
            assertThat(handle(request(1))).hasSize(4);
        }

        @Test
        void whoIsInDoubtTriesWhetherAnswersCanBeUsedAgain() {
            // Given
            var retries = new ArrayList<RefreshRequest>();
            for (int i = 0; i < Troubles.UNUSABLE_IN_A_ROW; i++) {
                put("connection-" + i);
                refresher.answers(new RefreshAnswer.Unclear(ErrorCode.UNEXPECTED_ANSWER));
                refresher.answers(new RefreshAnswer.Unclear(ErrorCode.UNEXPECTED_ANSWER));
                retries.add(retryIn(handle(due("x", "connection-" + i))));
            }
            put("newcomer");
            var early = handle(due("x", "newcomer"));
            // When
            clock.advance(Duration.ofSeconds(30));
            refresher.answers(ScriptedRefresher.renewed("access-2", "refresh-2"));
            var triedAgain = handle(retries.getFirst());
            refresher.answers(ScriptedRefresher.renewed("access-2", "refresh-2"));
            var late = handle(due("x", "newcomer"));
            // Then
            assertThat(early).isEmpty();
            assertThat(triedAgain).hasSize(4);
            assertThat(late).hasSize(4);
        }

        @Test
        void aDoubtIsRememberedWhereThereIsNoPlaceToWaitIn() {
            // Given: in doubt, and left for the next look
            for (int i = 0; i < 2; i++) {
                refresher.answers(new RefreshAnswer.Unclear(ErrorCode.UNEXPECTED_ANSWER));
            }
            handle(due("x", ID));
            refresher.answers(new RefreshAnswer.Refused("invalid_request"));
            // When
            var outputs = handler.run(workOf(due("x", ID)));
            // Then
            assertThat(only(Topics.CONNECTION_EVENTS, outputs).getDetail())
                    .hasValueSatisfying(detail -> assertThat(detail).contains("used it up"));
        }

        private RefreshRequest due(String platform, String id) {
            return RefreshRequest.newBuilder(request(1))
                    .setConnectionId(id)
                    .setPlatform(platform)
                    .setReason(RefreshReason.EXPIRING)
                    .build();
        }

        @Test
        void aCredentialThatCannotBeOpenedIsKept() {
            // Given
            var foreign = ByteBuffer.wrap(vault.seal(KeysetName.REFRESH, Secret.of("refresh"), "another connection"));
            connections.put(
                    connection("x", 1),
                    Credential.newBuilder(credential("x", 1, "refresh-1"))
                            .setSealedRefreshToken(foreign)
                            .build());
            // When
            var outputs = handle(request(1));
            // Then
            assertThat(retryIn(outputs).getAttempt()).isEqualTo(2);
        }
    }

    @Nested
    class ARefusalIsLookedAtTwice {

        @Test
        void aRefusedRefreshTokenNeedsAPerson() {
            // Given
            refresher.answers(new RefreshAnswer.Refused("invalid_request"));
            // When
            var outputs = handler.run(workOf(request(1)));
            // Then
            var connection = only(Topics.CONNECTIONS, outputs);
            assertThat(connection.getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
            assertThat(connection.getStatusReason()).contains("TOKEN_REVOKED");
            assertThat(only(Topics.CONNECTION_EVENTS, outputs).getDetail())
                    .hasValueSatisfying(detail -> assertThat(detail).doesNotContain("used it up"));
        }

        @Test
        void itIsSaidOnce() {
            // Given
            refresher.answers(new RefreshAnswer.Refused("invalid_request"));
            connections.write(handler.run(workOf(request(1))), serdes);
            // When
            var again = handle(request(1));
            // Then
            assertThat(again).isEmpty();
            assertThat(refresher.presented()).hasSize(1);
        }

        @Test
        void aConnectionMadeAnewMeanwhileStays() {
            // Given
            refresher.answersAfter(
                    () -> connections.write(connection("x", 2), credential("x", 2, "pasted")),
                    new RefreshAnswer.Refused("invalid_request"));
            // When
            var outputs = handle(request(1));
            // Then
            assertThat(outputs).isEmpty();
        }

        @Test
        void aTokenPastedMeanwhileIsNotOverwritten() {
            // Given
            refresher.answersAfter(
                    () -> connections.put(connection("x", 2), credential("x", 2, "pasted")),
                    ScriptedRefresher.renewed("access-2", "refresh-2"));
            // When
            var outputs = handle(request(1));
            // Then
            assertThat(outputs).isEmpty();
            assertThat(dropped).isEmpty();
        }

        @Test
        void aPermissionTakenBackMeanwhileIsNotMadeWellAgain() {
            // Given: whoever writes beside renewals, of the same version too
            refresher.answersAfter(
                    () -> connections.put(
                            Connection.newBuilder(connection("x", 1))
                                    .setStatus(ConnectionStatus.REVOKED)
                                    .build(),
                            credential("x", 1, "refresh-1")),
                    ScriptedRefresher.renewed("access-2", "refresh-2"));
            // When
            var outputs = handle(request(1));
            // Then
            assertThat(outputs).isEmpty();
        }

        @Test
        void whatComesForAConnectionThatWasDisconnectedMeanwhileIsTakenBack() {
            // Given
            refresher.answersAfter(
                    () -> connections.put(
                            Connection.newBuilder(connection("x", 2))
                                    .setStatus(ConnectionStatus.DISCONNECTED)
                                    .build(),
                            credential("x", 1, "refresh-1")),
                    ScriptedRefresher.renewed("access-2", "refresh-2"));
            // When
            var outputs = handle(request(1));
            // Then
            assertThat(outputs).isEmpty();
            assertThat(dropped)
                    .singleElement()
                    .satisfies(tokens -> assertThat(tokens.refreshToken()).contains(Secret.of("refresh-2")));
        }
    }

    @Nested
    class ALostAnswer {

        @Test
        void leadsToOneMoreTryAtOnceWithTheSameToken() {
            // Given
            refresher.answers(
                    new RefreshAnswer.Unclear(ErrorCode.TIMED_OUT), ScriptedRefresher.renewed("access-2", "refresh-2"));
            // When
            var outputs = handle(request(1));
            // Then
            assertThat(outputs).hasSize(4);
            assertThat(refresher.presented()).containsExactly("refresh-1", "refresh-1");
            assertThat(pauses).isEmpty();
        }

        @Test
        void isNoticedWhenThatIsRefused() {
            // Given
            refresher.answers(
                    new RefreshAnswer.Unclear(ErrorCode.NO_ANSWER), new RefreshAnswer.Refused("invalid_request"));
            // When
            var outputs = handler.run(workOf(request(1)));
            // Then
            assertThat(only(Topics.CONNECTION_EVENTS, outputs).getDetail())
                    .hasValueSatisfying(detail -> assertThat(detail).contains("used it up"));
        }

        @Test
        void twiceGoesRoundAgain() {
            // Given
            refresher.answers(
                    new RefreshAnswer.Unclear(ErrorCode.NO_ANSWER), new RefreshAnswer.Unclear(ErrorCode.NO_ANSWER));
            // When
            var outputs = handle(request(1));
            // Then
            assertThat(retryIn(outputs).getAttempt()).isEqualTo(2);
        }

        @Test
        void doesNoHarmWhereRefreshTokensCanBeUsedAgain() {
            // Given
            connections.put(connection("reusing", 1), credential("reusing", 1, "refresh-1"));
            refresher.answers(new RefreshAnswer.Unclear(ErrorCode.NO_ANSWER));
            // When
            var outputs = handle(request(1));
            // Then
            assertThat(retryIn(outputs).getAttempt()).isEqualTo(2);
            assertThat(refresher.presented()).hasSize(1);
        }
    }

    @Nested
    class ACrash {

        @Test
        void isLookedAtWithoutACall() {
            // When
            var outputs = handler.reconcile(workOf(request(1))).outputs();
            // Then
            assertThat(refresher.presented()).isEmpty();
            assertThat(retryIn(outputs.records().stream()
                                    .map(record -> record.value())
                                    .toList())
                            .getAttempt())
                    .isEqualTo(2);
        }

        @Test
        void thatBrokeTheChainIsNoticedByTheNextAttempt() {
            // Given
            var retry = retryIn(handler.reconcile(workOf(request(1))).outputs().records().stream()
                    .map(record -> record.value())
                    .toList());
            refresher.answers(new RefreshAnswer.Refused("invalid_request"));
            // When
            var outputs = handler.run(workOf(retry));
            // Then
            assertThat(only(Topics.CONNECTION_EVENTS, outputs).getDetail())
                    .hasValueSatisfying(detail -> assertThat(detail).contains("used it up"));
        }

        @Test
        void ofTheBrokerAloneLosesNoAnswer() {
            // Given: answered, and not written
            refresher.answers(ScriptedRefresher.renewed("access-2", "refresh-2"));
            handler.run(workOf(request(1)));
            var retry = retryIn(handler.reconcile(workOf(request(1))).outputs().records().stream()
                    .map(record -> record.value())
                    .toList());
            // When
            var outputs = handler.run(workOf(retry));
            // Then
            assertThat(refresher.presented()).containsExactly("refresh-1");
            assertThat(only(Topics.FRESH_TOKENS, outputs).getVersion()).isEqualTo(2);
            connections.write(outputs, serdes);
            refresher.answers(ScriptedRefresher.renewed("access-3", "refresh-3"));
            handle(request(2));
            assertThat(refresher.presented()).containsExactly("refresh-1", "refresh-2");
        }

        @Test
        void afterTheOutcomeBecameDurableCostsNothing() {
            // Given
            var retry = retryIn(handler.reconcile(workOf(request(1))).outputs().records().stream()
                    .map(record -> record.value())
                    .toList());
            connections.write(connection("x", 2), credential("x", 2, "refresh-2"));
            // When
            var outputs = handle(retry);
            // Then
            assertThat(outputs).isEmpty();
            assertThat(refresher.presented()).isEmpty();
        }
    }

    @Nested
    class SealingAnew {

        private final KeyRotation access = new KeyRotation(KeysetName.ACCESS, keys.resolve("access.json"));
        private final KeyRotation refresh = new KeyRotation(KeysetName.REFRESH, keys.resolve("refresh.json"));

        @Test
        void keepsTokensAndVersionUnderTheNewestKeysWithoutACall() {
            // Given
            var stored = freshToken(1);
            access.add();
            refresh.add();
            var newest = List.of(access.promote().id(), refresh.promote().id());
            // When
            var outputs = afterRotation().run(workOf(reseal(stored)));
            // Then
            var token = only(Topics.FRESH_TOKENS, outputs);
            var credential = only(Topics.CREDENTIALS, outputs);
            var sealed = credential.getSealedRefreshToken().orElseThrow();
            assertThat(List.of(
                            Vault.keyOf(token.getSealedAccessToken()).orElseThrow(),
                            Vault.keyOf(sealed).orElseThrow()))
                    .isEqualTo(newest);
            assertThat(token.getVersion()).isEqualTo(1);
            assertThat(credential.getVersion()).isEqualTo(1);
            assertThat(token.getExpiresAt()).isEqualTo(stored.getExpiresAt());
            assertThat(vaultOfToday().unseal(KeysetName.REFRESH, sealed, ID).reveal())
                    .isEqualTo("refresh-1");
            assertThat(refresher.presented()).isEmpty();
        }

        @Test
        void leavesATokenAloneThatWasRenewedSince() {
            // Given
            var stored = freshToken(1);
            connections.write(connection("x", 2), credential("x", 2, "refresh-2"));
            // Then
            assertThat(handle(reseal(stored))).isEmpty();
        }

        @Test
        void bringsNothingBackThatWasDeleted() {
            // Given
            connections.put(
                    Connection.newBuilder(connection("x", 1))
                            .setStatus(ConnectionStatus.DISCONNECTED)
                            .build(),
                    credential("x", 1, "refresh-1"));
            // Then
            assertThat(handle(reseal(freshToken(1)))).isEmpty();
        }

        @Test
        void holdsNoRenewalUpWhenItGoesRoundAgain() {
            // Given
            handler.reconcile(workOf(reseal(freshToken(1))));
            // Then
            assertThat(handler.decide(workOf(request(1)))).isInstanceOf(Decision.Attempt.class);
        }

        private RefreshHandler afterRotation() {
            var today = vaultOfToday();
            return new RefreshHandler(
                    connections,
                    tokens,
                    today,
                    platforms,
                    new RefreshRecords(serdes, today, platforms, clock),
                    pauses::add,
                    (_, tokens, _) -> dropped.add(tokens),
                    new RefreshMetrics(new SimpleMeterRegistry()),
                    clock);
        }

        private Vault vaultOfToday() {
            return Vault.open(new VaultConfig(
                    Optional.of(keys.resolve("access.json")), Optional.of(keys.resolve("refresh.json")), false));
        }

        private FreshToken freshToken(long version) {
            return FreshToken.newBuilder()
                    .setConnectionId(ID)
                    .setPlatform("x")
                    .setVersion(version)
                    .setSealedAccessToken(ByteBuffer.wrap(vault.seal(KeysetName.ACCESS, Secret.of("access-1"), ID)))
                    .setIssuedAt(SettableClock.START)
                    .setExpiresAt(SettableClock.START.plus(Duration.ofHours(2)))
                    .build();
        }

        private RefreshRequest reseal(FreshToken stored) {
            return RefreshRequest.newBuilder(request(stored.getVersion()))
                    .setReason(RefreshReason.RESEAL)
                    .setSealedToken(stored)
                    .build();
        }
    }

    @Nested
    class ATokenThatRenewsItself {

        @BeforeEach
        void aConnection() {
            connections.put(connection("extending", 1), credential("extending", 1, "token-1"));
        }

        @Test
        void bringsItsSuccessorWhichBringsTheNext() throws Exception {
            // Given
            clock.advance(Duration.ofHours(24));
            refresher.answers(ScriptedRefresher.renewed("token-2", "token-2"));
            // When
            connections.write(handler.run(workOf(request(1))), serdes);
            connections.awaitCurrent();
            // Then
            assertThat(refresher.presented()).containsExactly("token-1");
            assertThat(connections.connection(ID)).hasValueSatisfying(connection -> {
                assertThat(connection.getTokenVersion()).isEqualTo(2);
                assertThat(connection.getIsRenewable()).isTrue();
            });
        }

        @Test
        void isNotShownToThePlatformWhileItIsTooYoung() throws Exception {
            // Given
            clock.advance(Duration.ofHours(24).minusSeconds(1));
            // When
            connections.write(handler.run(workOf(request(1))), serdes);
            connections.awaitCurrent();
            // Then: refused by the platform, and nothing renews it
            assertThat(refresher.presented()).isEmpty();
            assertThat(connections.connection(ID))
                    .hasValueSatisfying(
                            connection -> assertThat(connection.getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH));
        }
    }

    @Nested
    class WithoutARefreshToken {

        @BeforeEach
        void aConnectionOfFacebook() {
            connections.put(
                    connection("facebook", 1),
                    Credential.newBuilder(credential("facebook", 1, ""))
                            .setSealedRefreshToken(null)
                            .build());
        }

        @Test
        void aRefusedTokenThatIsFoundDeadNeedsAPerson() {
            // Given
            facebook.inspects(new Inspection.Refused(ErrorCode.TOKEN_EXPIRED, "It has expired."));
            // When
            var outputs = handler.run(workOf(request(1)));
            // Then
            assertThat(facebook.inspected()).containsExactly("access-1");
            assertThat(only(Topics.CONNECTIONS, outputs).getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
            assertThat(only(Topics.CONNECTIONS, outputs).getStatusReason()).contains("TOKEN_EXPIRED");
            assertThat(only(Topics.CONNECTION_EVENTS, outputs).getDetail().orElseThrow())
                    .contains("Connect the Facebook Page again")
                    .contains("It has expired.");
        }

        @Test
        void oneThatIsFoundGoodIsKeptAndTriedOnceMore() throws Exception {
            // Given: the platform accepts it wherever it is looked at
            facebook.inspects(accepted());
            // When
            var first = handler.run(workOf(request(1)));
            connections.write(first, serdes);
            connections.awaitCurrent();
            var second = handler.run(workOf(request(2)));
            // Then
            var token = only(Topics.FRESH_TOKENS, first);
            assertThat(token.getVersion()).isEqualTo(2);
            assertThat(vault.unseal(KeysetName.ACCESS, token.getSealedAccessToken(), ID)
                            .reveal())
                    .isEqualTo("access-1");
            assertThat(only(Topics.CONNECTIONS, first).getStatus()).isEqualTo(ConnectionStatus.HEALTHY);
            assertThat(only(Topics.CONNECTIONS, first).getAccessExpiresAt())
                    .isEqualTo(connection("facebook", 1).getAccessExpiresAt());
            assertThat(only(Topics.CONNECTIONS, second).getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
            assertThat(facebook.inspected()).hasSize(1);
        }

        @Test
        void oneThatIsRefusedLaterIsLookedAtAnew() throws Exception {
            // Given
            facebook.inspects(accepted());
            connections.write(handler.run(workOf(request(1))), serdes);
            connections.awaitCurrent();
            // When
            clock.advance(SecondLook.CHANCE);
            var later = handler.run(workOf(request(2)));
            // Then
            assertThat(only(Topics.FRESH_TOKENS, later).getVersion()).isEqualTo(3);
        }

        @Test
        void aTokenIsTakenAnewWithThePersonsOwn() throws Exception {
            // Given
            connections.put(connection("facebook", 1), withUserToken());
            facebook.derives(token -> ScriptedRefresher.renewed(token + "'s page token", "nothing"));
            // When
            var outputs = handler.run(workOf(request(1)));
            connections.write(outputs, serdes);
            connections.awaitCurrent();
            var next = handler.run(workOf(request(2)));
            // Then
            assertThat(vault.unseal(
                                    KeysetName.ACCESS,
                                    only(Topics.FRESH_TOKENS, outputs).getSealedAccessToken(),
                                    ID)
                            .reveal())
                    .isEqualTo("person's page token");
            assertThat(only(Topics.CREDENTIALS, outputs).getSealedUserToken()).isPresent();
            assertThat(facebook.inspected()).isEmpty();
            // Then: refused as well, it is dead
            assertThat(only(Topics.CONNECTIONS, next).getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
        }

        @Test
        void aPersonsTokenThatBringsNothingNewSaysNothingOfThePages() {
            // Given
            connections.put(connection("facebook", 1), withUserToken());
            facebook.derives(_ -> ScriptedRefresher.renewed("access-1", "nothing"));
            facebook.inspects(accepted());
            // When
            var same = handler.run(workOf(request(1)));
            facebook.derives(_ -> new RefreshAnswer.Refused("190/463"));
            var refused = handler.run(workOf(request(1)));
            // Then
            assertThat(only(Topics.FRESH_TOKENS, same).getVersion()).isEqualTo(2);
            assertThat(only(Topics.FRESH_TOKENS, refused).getVersion()).isEqualTo(2);
        }

        @Test
        void troubleWhileItIsLookedAtAsksNobody() {
            // Given
            facebook.inspects(new Inspection.Unavailable(ErrorCode.SERVER_ERROR, "Later.", Optional.empty()));
            // Then
            assertThat(retryIn(handle(request(1))).getAttempt()).isEqualTo(2);
        }

        @Test
        void refusalsWithoutEndAreNotBelievedHereEither() {
            // Given
            facebook.inspects(new Inspection.Refused(ErrorCode.TOKEN_REVOKED, "Of another app."));
            // Then
            assertThat(lostOf(3 * Doubts.BELIEVED)).isEqualTo(Doubts.BELIEVED);
            assertThat(facebook.inspected())
                    .as("the rest is not even looked at while that is so")
                    .hasSize(Doubts.BELIEVED + 1);
        }

        @Test
        void aTokenThatCannotBeReadIsNoDeadOne() {
            // Given
            areTokensReadable = false;
            // Then: however often
            assertThat(retryIn(handle(RefreshRequest.newBuilder(request(1))
                                    .setAttempt(20)
                                    .build()))
                            .getAttempt())
                    .isEqualTo(21);
        }

        @Test
        void whatThePlatformSaysThePersonDidIsBelievedHoweverOften() {
            // Given
            facebook.inspects(new Inspection.Withdrawn("The person changed the password."));
            // Then
            assertThat(lostOf(3 * Doubts.BELIEVED)).isEqualTo(3 * Doubts.BELIEVED);
        }

        private int lostOf(int count) {
            var lost = 0;
            for (int i = 0; i < count; i++) {
                var id = "page-" + i;
                connections.put(
                        Connection.newBuilder(connection("facebook", 1))
                                .setConnectionId(id)
                                .setAccountId("account-" + i)
                                .build(),
                        Credential.newBuilder(credential("facebook", 1, ""))
                                .setConnectionId(id)
                                .setSealedRefreshToken(null)
                                .build());
                var outputs = handler.run(workOf(RefreshRequest.newBuilder(request(1))
                        .setConnectionId(id)
                        .build()));
                lost += outputs.records().size() == 2 ? 1 : 0;
            }
            return lost;
        }

        private Credential withUserToken() {
            return Credential.newBuilder(credential("facebook", 1, ""))
                    .setSealedRefreshToken(null)
                    .setSealedUserToken(sealed(KeysetName.REFRESH, "person", ID))
                    .build();
        }

        private static Inspection accepted() {
            return new Inspection.Found(new Account("1", "Bakery"), Optional.empty(), Optional.empty(), List.of());
        }

        @Test
        void aTokenThatStillWorksIsLeftAlone() {
            // When
            var outputs = handle(RefreshRequest.newBuilder(request(1))
                    .setReason(RefreshReason.EXPIRING)
                    .build());
            // Then
            assertThat(outputs).isEmpty();
        }

        @Test
        void aTokenThatHasEndedNeedsAPersonWhoeverAsks() {
            // Given
            clock.advance(Duration.ofHours(3));
            // When
            var outputs = handler.run(workOf(RefreshRequest.newBuilder(request(1))
                    .setReason(RefreshReason.EXPIRING)
                    .build()));
            // Then
            assertThat(only(Topics.CONNECTIONS, outputs).getStatusReason()).contains("TOKEN_EXPIRED");
        }
    }

    @Test
    void aConnectionThatStaysBehindItsCredentialIsRenewedByThat() throws Exception {
        // Given: a token was pasted, and what a look found of the former one was written over the connection
        connections.put(connection("x", 1), credential("x", 2, "pasted"));
        var request = request(2);
        // When
        var rounds = 0;
        while (refresher.presented().isEmpty() && rounds < 10) {
            rounds++;
            refresher.answers(ScriptedRefresher.renewed("access-3", "refresh-3"));
            var outputs = handler.run(workOf(request));
            connections.write(outputs, serdes);
            connections.awaitCurrent();
            request = RefreshRequest.newBuilder(request)
                    .setAttempt(request.getAttempt() + 1)
                    .build();
        }
        // Then
        assertThat(refresher.presented()).containsExactly("pasted");
        assertThat(rounds).isBetween(2, 5);
        assertThat(connections.connection(ID))
                .hasValueSatisfying(
                        connection -> assertThat(connection.getTokenVersion()).isEqualTo(3));
    }

    @Test
    void aRefreshTokenThatWorksManyTimesStaysWhereAnAnswerLeavesItOut() {
        // Given
        var hardEnd = SettableClock.START.plus(Duration.ofDays(365));
        connections.put(
                Connection.newBuilder(connection("reusing", 1))
                        .setRefreshExpiresAt(hardEnd)
                        .build(),
                credential("reusing", 1, "refresh-1"));
        refresher.answers(new RefreshAnswer.Renewed(new TokenPair(
                Secret.of("access-2"),
                Optional.empty(),
                Optional.of(Duration.ofDays(60)),
                Optional.empty(),
                List.of())));
        // When
        var outputs = handler.run(workOf(request(1)));
        // Then
        var connection = only(Topics.CONNECTIONS, outputs);
        assertThat(connection.getIsRenewable()).isTrue();
        assertThat(connection.getRefreshExpiresAt()).contains(hardEnd);
        var credential = only(Topics.CREDENTIALS, outputs);
        assertThat(credential.getRefreshExpiresAt()).contains(hardEnd);
        assertThat(vault.unseal(
                                KeysetName.REFRESH,
                                credential.getSealedRefreshToken().orElseThrow(),
                                ID)
                        .reveal())
                .isEqualTo("refresh-1");
    }

    @Test
    void aRightThatTheNewTokenLacksNeedsAPersonAtOnce() {
        // Given
        connections.put(
                Connection.newBuilder(connection("x", 1))
                        .setScopes(List.of("tweet.write", "tweet.read"))
                        .build(),
                credential("x", 1, "refresh-1"));
        refresher.answers(new RefreshAnswer.Renewed(new TokenPair(
                Secret.of("access-2"),
                Optional.of(Secret.of("refresh-2")),
                Optional.of(Duration.ofHours(2)),
                Optional.empty(),
                List.of("tweet.read"))));
        // When
        var outputs = handler.run(workOf(request(1)));
        // Then: the pair is kept, and the person is asked
        assertThat(only(Topics.CREDENTIALS, outputs).getVersion()).isEqualTo(2);
        assertThat(only(Topics.CONNECTIONS, outputs).getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
        assertThat(only(Topics.CONNECTIONS, outputs).getTokenVersion()).isEqualTo(2);
        var event = only(Topics.CONNECTION_EVENTS, outputs);
        assertThat(event.getKind()).isEqualTo(ConnectionEventKind.NEEDS_REAUTH);
        assertThat(event.getDetail().orElseThrow()).contains("tweet.write");
    }

    @Test
    void aRecordThatCannotBeReadIsKept() {
        // Given
        var record = new ConsumerRecord<>("t", 3, 7, "key".getBytes(UTF_8), "no Avro".getBytes(UTF_8));
        // When
        var outputs = handler.unreadable(new Unreadable(record, new IllegalStateException("quotes what it read")));
        // Then
        var letter = only(Topics.DEAD_LETTERS, outputs);
        assertThat(letter.getCode()).isEqualTo("UNREADABLE_RECORD");
        assertThat(letter.getRawValue()).contains(ByteBuffer.wrap("no Avro".getBytes(UTF_8)));
        assertThat(letter.getCause())
                .hasValueSatisfying(cause -> assertThat(cause).doesNotContain("quotes"));
    }

    @Test
    void aFaultOfOursIsKeptWithoutWhatTheExceptionSays() {
        // When
        var outputs = handler.failed(workOf(request(1)), new IllegalStateException("access-1"));
        // Then
        var letter = only(Topics.DEAD_LETTERS, outputs);
        assertThat(letter.getCode()).isEqualTo("INTERNAL");
        assertThat(letter.toString()).doesNotContain("access-1");
    }

    /** As the dispatcher does it: decide, and run if need be. What was written, as bytes. */
    private List<byte[]> handle(RefreshRequest request) {
        var outputs = switch (handler.decide(workOf(request))) {
            case Decision.Settle(var settled) -> settled;
            case Decision.Attempt _ -> handler.run(workOf(request));
        };
        return outputs.records().stream().map(record -> record.value()).toList();
    }

    private RefreshRequest retryIn(List<byte[]> outputs) {
        assertThat(outputs).hasSize(1);
        return serdes.read(Topics.REFRESH_REQUESTS, outputs.getFirst());
    }

    private <V extends SpecificRecord> V only(Topic<V> topic, Outputs outputs) {
        var found = outputs.records().stream()
                .filter(record -> record.topic().equals(topic.name()))
                .toList();
        assertThat(found).hasSize(1);
        return serdes.read(topic, found.getFirst().value());
    }

    private ByteBuffer sealed(KeysetName keyset, String token, String id) {
        return ByteBuffer.wrap(vault.seal(keyset, Secret.of(token), id));
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Work<RefreshRequest> workOf(RefreshRequest request) {
        return workOf(request.getConnectionId(), request);
    }

    private static Work<RefreshRequest> workOf(String key, RefreshRequest request) {
        var lease = Lease.of(System::nanoTime, System.nanoTime(), Duration.ofMinutes(1), Duration.ofMinutes(1));
        return new Work<>(key, request, new RecordPosition("t", 0, 1L), SettableClock.START, Trace.root(), lease);
    }

    private static RefreshRequest request(long version) {
        return RefreshRequest.newBuilder()
                .setConnectionId(ID)
                .setPlatform("x")
                .setTokenVersion(version)
                .setReason(RefreshReason.REFUSED)
                .setRequestedAt(SettableClock.START)
                .build();
    }

    private static Connection connection(String platform, long version) {
        return Connection.newBuilder()
                .setConnectionId(ID)
                .setProfileId("profile-1")
                .setPlatform(platform)
                .setAccountId("1")
                .setAccountName("harbour_bakery")
                .setAccountKind("user")
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(version)
                .setAccessExpiresAt(SettableClock.START.plus(Duration.ofHours(2)))
                .setIsRenewable(true)
                .setConnectedAt(SettableClock.START)
                .setRefreshedAt(SettableClock.START)
                .setUpdatedAt(SettableClock.START)
                .build();
    }

    private Credential credential(String platform, long version, String refreshToken) {
        return Credential.newBuilder()
                .setConnectionId(ID)
                .setPlatform(platform)
                .setVersion(version)
                .setSealedRefreshToken(ByteBuffer.wrap(vault.seal(KeysetName.REFRESH, Secret.of(refreshToken), ID)))
                .setStoredAt(SettableClock.START)
                .build();
    }
}
