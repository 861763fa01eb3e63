package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The story that {@code ./broadside demo --once} tells, on a stack of its own. */
class DemoIT {

    @Test
    void everyPostOfTheStoryEndsAsItShould(@TempDir Path data) throws Exception {
        // Given
        var told = new StringWriter();
        var clock = Clock.systemUTC();
        try (var stack = LocalStack.start(FreePorts.find(), data, _ -> {});
                var client = new StackClient(stack.ports())) {
            // When
            var disappointments = new Demo(stack, client, new Screen(new PrintWriter(told), false, clock), clock)
                    .tell(clock.instant());
            // Then
            assertThat(disappointments).as(told.toString()).isEmpty();
            assertThat(told.toString())
                    .contains(
                            "accepted 13 = published 13 + failed 0 + cancelled 0 + unconfirmed 0 + waiting 0; posted twice: 0")
                    .contains("A forged delivery was answered 401.");
        }
    }
}
