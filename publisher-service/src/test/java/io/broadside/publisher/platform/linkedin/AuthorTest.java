package io.broadside.publisher.platform.linkedin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AuthorTest {

    @ParameterizedTest
    @CsvSource({
        "5550001, organization, urn:li:organization:5550001, true",
        "5550001, page, urn:li:organization:5550001, true",
        "AbC-1_2, member, urn:li:person:AbC-1_2, false",
        "AbC123, user, urn:li:person:AbC123, false",
        "urn:li:organization:5550001, '', urn:li:organization:5550001, true",
        "urn:li:person:AbC123, organization, urn:li:person:AbC123, false",
    })
    void followsFromTheAccount(String accountId, String kind, String urn, boolean isOrganization) {
        assertThat(Author.of(accountId, kind)).contains(new Author(urn, isOrganization));
    }

    @ParameterizedTest
    @CsvSource({
        "5550001, ''",
        "5550001, showcase",
        "urn:li:share:1, member",
        "'a/b', member",
        "'', organization",
        "'urn:li:person:a&b', member"
    })
    void isNeverGuessed(String accountId, String kind) {
        assertThat(Author.of(accountId, kind)).isEmpty();
    }
}
