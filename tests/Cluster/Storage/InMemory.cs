namespace Sluice.Cluster.Storage;

public sealed class MembershipTableInMemoryTests() : MembershipTableTests(new InMemoryMembershipPlace());

public sealed class MembershipDeathInMemoryTests() : MembershipDeathTests(new InMemoryMembershipPlace());

public sealed class MembershipRaceInMemoryTests() : MembershipRaceTests(new InMemoryMembershipPlace());
