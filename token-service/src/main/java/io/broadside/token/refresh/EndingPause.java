package io.broadside.token.refresh;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Pauses that all end at once when the service closes, so that nothing is waited for that can as well go on elsewhere. */
public final class EndingPause implements Pause, AutoCloseable {

    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public void await(Duration length) {
        try {
            var _ = closed.await(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
