package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class StoryTest {

    private final Story story = new Story(Clock.fixed(Instant.parse("2026-11-20T14:20:00Z"), ZoneOffset.ofHours(1)));

    @Test
    void aPostIsToldStepByStepInTheTimeOfItsReader() throws Exception {
        assertThat(told("""
                        {"requestId": "spring", "state": "IN_PROGRESS", "receivedAt": "2026-11-20T14:17:00.100Z", "isCutShort": false,
                         "timeline": [],
                         "targets": [{"targetIndex": 0, "profileId": "bakery", "platform": "x", "status": "WAITING",
                           "waitingUntil": "2026-11-20T14:32:00Z",
                           "timeline": [
                             {"at": "2026-11-20T14:17:00.200Z", "result": {"status": "ACCEPTED"}},
                             {"at": "2026-11-20T14:17:00.250Z", "result": {"status": "PUBLISHING", "attempt": 1}},
                             {"at": "2026-11-20T14:17:00.300Z", "call": {"endpoint": "tweets.create", "host": "api.x.com",
                               "status": 429, "platformCode": "88", "durationMs": 120, "tokenVersion": 7}},
                             {"at": "2026-11-20T14:17:00.430Z", "result": {"status": "WAITING", "waitingFor": "RATE_LIMITED",
                               "waitingUntil": "2026-11-20T14:32:00Z",
                               "error": {"code": "RATE_LIMITED", "message": "The platform's rate limit is reached; the post waits.", "platformCode": "88"}}},
                             {"at": "2026-11-20T14:17:00.500Z", "result": {"status": "WAITING", "waitingFor": "BUDGET",
                               "waitingUntil": "2026-11-20T14:32:00Z",
                               "error": {"code": "BUDGET_USED_UP", "message": "Goes out at 14:32:00 UTC because X allows 100 posts for this account in 15 minutes, and all of them are used."}}}
                           ]}]}""")).isEqualTo("""
                        spring: received 15:17:00; not every target is through yet.

                        bakery on x: waiting until 15:32:00.
                          15:17:00.200  Accepted.
                          15:17:00.250  Attempt 1 begins.
                          15:17:00.300  Called tweets.create of api.x.com: answered 429, its code 88, after 120 ms, with version 7 of the token.
                          15:17:00.430  Waiting until 15:32:00 because the platform's rate limit is reached: The platform's rate limit is reached; the post waits. (RATE_LIMITED, the platform's 88)
                          15:17:00.500  Waiting for room in the budget of calls. Goes out at 14:32:00 UTC because X allows 100 posts for this account in 15 minutes, and all of them are used. (BUDGET_USED_UP)
                        """);
    }

    @Test
    void theEndSaysWhatToDoAndWho() throws Exception {
        assertThat(told("""
                        {"requestId": "spring", "state": "FINAL", "isCutShort": true, "publishAt": "2026-12-01T08:00:00Z", "timeline": [],
                         "targets": [
                          {"targetIndex": 0, "connectionId": "c-1", "platform": "facebook", "status": "FAILED",
                           "error": {"code": "PERMISSION_MISSING", "message": "Connect the Page again.", "platformCode": "200"},
                           "timeline": [{"at": "2026-11-20T14:17:01Z", "call": {"endpoint": "page.feed", "host": "graph.facebook.com", "failure": "TIMED_OUT", "durationMs": 20000}},
                            {"at": "2026-11-20T14:17:21Z", "result": {"status": "FAILED",
                             "error": {"code": "PERMISSION_MISSING", "owner": "ACCOUNT_OWNER", "message": "Connect the Page again.", "platformCode": "200"}}}]},
                          {"targetIndex": 1, "profileId": "bakery", "platform": "x", "status": "PUBLISHED", "url": "https://x.com/i/1", "timeline": []}]}""")).isEqualTo("""
                        spring: received some time ago, to go out 2026-12-01 09:00:00; every target has had its last word.

                        c-1 on facebook: failed. Connect the Page again. (PERMISSION_MISSING, the platform's 200)
                          15:17:01.000  Called page.feed of graph.facebook.com: no answer (TIMED_OUT), after 20000 ms.
                          15:17:21.000  Failed for good. Connect the Page again. (PERMISSION_MISSING, the platform's 200) The owner of the account can mend it.

                        bakery on x: published, see https://x.com/i/1.

                        More happened than is shown here.
                        """);
    }

    private String told(String post) throws JsonProcessingException {
        return String.join("\n", story.of(JsonMapper.builder().build().readTree(post))) + "\n";
    }
}
