package io.broadside.simulator.http;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Supplier;

/** The HTTP interface of a network. */
public interface Api {
    /** Whose calls these are in failures and reports. */
    Platform platform();

    /** What is asked for. Paths that do not exist are operations too, which refuse. */
    Operation operation(Request request);

    /** The answer of this network to an injected failure. Makes tokens unusable where the failure says so. */
    Reply injected(Failure failure, Request request, Operation operation);

    /**
     * One call to an endpoint.
     *
     * @param endpoint its name in failures and reports
     * @param accountId whose tokens were used, as far as known
     * @param run does it; to be called once at most
     */
    record Operation(String endpoint, Optional<String> accountId, Supplier<Future<Reply>> run) {
        public static Operation now(String endpoint, Optional<String> accountId, Supplier<Reply> run) {
            return new Operation(endpoint, accountId, () -> Future.succeededFuture(run.get()));
        }
    }
}
