package io.broadside.simulator.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.simulator.http.Medium;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.ConsentPage.Person;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsentPageTest {
    private static final List<Person> PEOPLE = List.of(new Person("1", "Tom & Jerry"), new Person("2", "Ada"));

    @Test
    void aBrowserIsShownEverybodyItCouldBe() {
        // When
        var reply = asked("text/html,*/*", Map.of("state", "s&t", "scope", "a b"));
        // Then
        assertThat(reply)
                .hasValueSatisfying(page -> assertThat(page.body().toString())
                        .contains("Tom &amp; Jerry", "sim_user=2", "state=s%26t", "sim_deny=1"));
    }

    @Test
    void whoHasSaidWhoTheyAreConsents() {
        assertThat(asked("text/html", Map.of("state", "s", "sim_user", "1"))).isEmpty();
    }

    @Test
    void callersThatAreNoBrowsersConsent() {
        assertThat(asked("*/*", Map.of("state", "s"))).isEmpty();
    }

    @Test
    void whoDeclinesGoesBackWithoutACode() {
        // When
        var reply = asked("text/html", Map.of("state", "s", "sim_deny", "1"));
        // Then
        assertThat(reply)
                .hasValueSatisfying(back -> assertThat(back.headers())
                        .containsEntry("Location", "https://app.example/back?error=access_denied&state=s"));
    }

    private static Optional<Reply> asked(String accept, Map<String, String> query) {
        var request = new Request(
                "GET",
                "/x",
                List.of("authorize"),
                false,
                query,
                MultiMap.caseInsensitiveMultiMap().add("Accept", accept),
                new Request.Body.Raw(Medium.EMPTY),
                Instant.EPOCH);
        return ConsentPage.of(request, "X", PEOPLE, "https://app.example/back", "access_denied");
    }
}
