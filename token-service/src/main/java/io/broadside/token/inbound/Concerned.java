package io.broadside.token.inbound;

import io.broadside.events.Connection;
import io.broadside.events.InboundEvent;
import io.broadside.runtime.tracing.Trace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A connection that an event is about. */
record Concerned(Told told, String connectionId) {

    /** An event, and the trace it came with. */
    record Told(InboundEvent event, Trace trace) {}

    /** A place in the order in which events were told. */
    private record Place(int number, Concerned concerned) {}

    /**
     * The connections that some events are about, in the order of the events. All connections are read once, however many events there
     * are, and only those are kept that one is about.
     */
    static List<Concerned> of(List<Told> told, Iterable<Connection> connections) {
        var byAccount = new HashMap<String, List<Integer>>();
        for (int i = 0; i < told.size(); i++) {
            byAccount
                    .computeIfAbsent(told.get(i).event().getAccountId(), _ -> new ArrayList<>())
                    .add(i);
        }
        var found = new ArrayList<Place>();
        for (var connection : connections) {
            for (var number : numbers(byAccount, connection)) {
                if (EndedPermission.concerns(told.get(number).event(), connection)) {
                    found.add(new Place(number, new Concerned(told.get(number), connection.getConnectionId())));
                }
            }
        }
        return found.stream()
                .sorted(Comparator.comparingInt(Place::number))
                .map(Place::concerned)
                .toList();
    }

    /** Of the events that name its account or who granted it. */
    private static Iterable<Integer> numbers(Map<String, List<Integer>> byAccount, Connection connection) {
        var byItself = byAccount.getOrDefault(connection.getAccountId(), List.of());
        var byPerson = connection
                .getGrantedBy()
                .map(person -> byAccount.getOrDefault(person, List.of()))
                .orElse(List.of());
        return Stream.concat(byItself.stream(), byPerson.stream())
                .collect(LinkedHashSet::new, LinkedHashSet::add, LinkedHashSet::addAll);
    }
}
