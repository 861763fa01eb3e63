package io.broadside.token.signin;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.Person;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.Step;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lets everybody in, and opens the accounts it was told. */
final class FakeSignIn implements SignIn {

    private final List<String> accounts = new ArrayList<>();
    final List<Asking> asked = new ArrayList<>();
    final List<Code> exchanged = new ArrayList<>();
    Optional<Step<Person>> refusal = Optional.empty();

    FakeSignIn opening(String... ids) {
        accounts.addAll(List.of(ids));
        return this;
    }

    @Override
    public String id() {
        return "x";
    }

    @Override
    public String platform() {
        return "x";
    }

    @Override
    public String title() {
        return "X";
    }

    @Override
    public List<String> missingSettings() {
        return List.of();
    }

    @Override
    public boolean usesPkce() {
        return true;
    }

    @Override
    public URI authorization(Asking asking) {
        asked.add(asking);
        return URI.create("https://x.example/authorize?state=" + asking.state());
    }

    @Override
    public Step<Person> exchange(Code code, CallContext context) {
        exchanged.add(code);
        return refusal.orElseGet(() -> new Step.Done<>(new Person(
                Secret.of("at-canary"),
                Optional.of(Secret.of("rt-canary")),
                Optional.empty(),
                Optional.empty(),
                List.of("tweet.read"))));
    }

    @Override
    public Step<List<Grant>> accounts(Person person, CallContext context) {
        return new Step.Done<>(accounts.stream()
                .map(id -> new Grant(
                        new Account(id, "name-" + id),
                        person.accessToken(),
                        person.refreshToken(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        person.scopes(),
                        List.of("tweet.write")))
                .toList());
    }
}
