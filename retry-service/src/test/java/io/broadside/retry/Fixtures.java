package io.broadside.retry;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.Doubt;
import io.broadside.events.FreshToken;
import io.broadside.events.PublishCommand;
import io.broadside.events.Withdrawal;
import io.broadside.schemas.CommandId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** Events as these tests need them. */
final class Fixtures {

    static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    static final String CONNECTION = "connection-1";

    private Fixtures() {}

    static PublishCommand.Builder aCommand() {
        return aCommand("request-1", CONNECTION);
    }

    static PublishCommand.Builder aCommand(String requestId, String connectionId) {
        return PublishCommand.newBuilder()
                .setCommandId(CommandId.of(requestId, connectionId))
                .setRequestId(requestId)
                .setTargetIndex(0)
                .setConnectionId(connectionId)
                .setPlatform("facebook")
                .setProfileId("profile-1")
                .setAccountId("page-1")
                .setContent(Content.newBuilder().setText("Hello").build())
                .setAcceptedAt(START.minusSeconds(1));
    }

    static DelayedCommand.Builder delayed(DelayCause cause) {
        return delayed(cause, aCommand());
    }

    static DelayedCommand.Builder delayed(DelayCause cause, PublishCommand.Builder command) {
        return DelayedCommand.newBuilder()
                .setCommand(command.build())
                .setCause(cause)
                .setSince(START);
    }

    /** So many attempts with this end, one a second, the last of them just now. */
    static List<Attempt> history(int attempts, AttemptEnd end) {
        return history(attempts, end, START.minus(Duration.ofSeconds(attempts)));
    }

    static List<Attempt> history(int attempts, AttemptEnd end, Instant first) {
        return IntStream.rangeClosed(1, attempts)
                .mapToObj(number -> Attempt.newBuilder()
                        .setNumber(number)
                        .setStartedAt(first.plusSeconds(number - 1))
                        .setDurationMs(10)
                        .setStep("feed")
                        .setEnd(end)
                        .setErrorCode("SERVER_ERROR")
                        .setHttpStatus(503)
                        .setPlatformCode("2")
                        .build())
                .toList();
    }

    static Doubt aDoubt(int looks) {
        return Doubt.newBuilder()
                .setSince(START)
                .setStep("feed")
                .setCause("TIMED_OUT")
                .setLooks(looks)
                .build();
    }

    static FreshToken aToken(String connectionId, long version) {
        return FreshToken.newBuilder()
                .setConnectionId(connectionId)
                .setPlatform("facebook")
                .setVersion(version)
                .setSealedAccessToken(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                .setIssuedAt(START)
                .build();
    }

    static Withdrawal aWithdrawalOf(PublishCommand command) {
        return Withdrawal.newBuilder()
                .setCommandId(command.getCommandId())
                .setRequestId(command.getRequestId())
                .setConnectionId(command.getConnectionId())
                .setRequestedAt(START)
                .build();
    }
}
