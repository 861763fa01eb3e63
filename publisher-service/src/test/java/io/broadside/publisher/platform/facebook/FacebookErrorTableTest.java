package io.broadside.publisher.platform.facebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.publisher.platform.graph.Meaning;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Row by row what Meta documents, and what publishers met. */
final class FacebookErrorTableTest {

    @ParameterizedTest(name = "{0}/{1} means {2}")
    @CsvSource({
        "1, 0, FAULT",
        "1, 99, FAULT",
        "2, 0, FAULT",
        "3, 0, APP_NOT_ALLOWED",
        "4, 0, APP_LIMIT",
        "10, 0, NOT_ALLOWED",
        "17, 0, ACCOUNT_LIMIT",
        "32, 0, ACCOUNT_LIMIT",
        "613, 0, ACCOUNT_LIMIT",
        "613, 1996, ACCOUNT_LIMIT",
        "341, 0, APP_LIMIT",
        "80001, 0, ACCOUNT_LIMIT",
        "80002, 0, ACCOUNT_LIMIT",
        "80006, 0, ACCOUNT_LIMIT",
        "100, 0, BAD_CONTENT",
        "100, 33, NOT_THERE",
        "102, 0, TOKEN_EXPIRED",
        "102, 463, TOKEN_EXPIRED",
        "102, 460, TOKEN_REVOKED",
        "190, 0, TOKEN_EXPIRED",
        "190, 458, TOKEN_REVOKED",
        "190, 459, TOKEN_REVOKED",
        "190, 460, TOKEN_REVOKED",
        "190, 463, TOKEN_EXPIRED",
        "190, 464, TOKEN_REVOKED",
        "190, 467, TOKEN_REVOKED",
        "190, 490, TOKEN_REVOKED",
        "190, 492, TOKEN_REVOKED",
        "200, 0, NOT_ALLOWED",
        "240, 0, NOT_ALLOWED",
        "299, 0, NOT_ALLOWED",
        "368, 1390008, BLOCKED",
        "368, 0, BLOCKED",
        "368, 1404082, DUPLICATE",
        "368, 4854002, NOT_ALLOWED",
        "506, 0, DUPLICATE",
        "1609005, 0, BAD_CONTENT",
        "100, 1609005, BAD_CONTENT",
        "324, 1366046, BAD_MEDIA",
        "100, 1366046, BAD_MEDIA",
        "100, 1366051, DUPLICATE",
        "368, 1346003, BAD_CONTENT",
        "100, 1404102, BAD_CONTENT",
        "368, 1404006, NOT_ALLOWED",
        "200, 1404112, NOT_ALLOWED",
        "200, 1404078, NOT_ALLOWED",
        "100, 1609008, BAD_CONTENT",
        "100, 2061006, BAD_CONTENT",
        "100, 1349125, BAD_CONTENT",
        "100, 2069019, BAD_CONTENT",
        "1, 1363047, FAULT",
        "100, 1609010, FAULT",
        "389, 0, NOT_FETCHED",
        "6000, 0, BAD_MEDIA",
        "6001, 0, FAULT",
        "382, 0, BAD_MEDIA",
        "2500, 0, UNKNOWN",
        "0, 0, UNKNOWN",
        "-1, -2, UNKNOWN",
    })
    void saysWhatAnErrorMeans(int code, int subcode, Meaning meaning) {
        var row = FacebookErrorTable.TABLE.of(code, subcode);
        assertThat(row.meaning()).isEqualTo(meaning);
        assertThat(row.sentence()).endsWith(".");
    }
}
