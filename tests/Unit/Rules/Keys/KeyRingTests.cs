using System.Collections.Immutable;
using Sluice.Rules.Keys;
using Xunit;

namespace Sluice.Unit.Rules.Keys;

public sealed class KeyRingTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly ImmutableArray<byte> First = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly ImmutableArray<byte> Second = [.. Enumerable.Repeat((byte)2, 32)];

    private static readonly KeyRing Two =
        KeyRing.Empty.Issue(First, Hour, "first", Now).Next.Issue(Second, 2 * Hour, "second", Now).Next;

    [Fact]
    public void A_version_is_accepted_with_its_own_secret_until_its_end()
    {
        Assert.Equal(KeyAnswer.Accepted, Two.Judge(1, First.AsSpan(), Now));
        Assert.Equal(KeyAnswer.Accepted, Two.Judge(1, First.AsSpan(), Now + Hour - TimeSpan.FromTicks(1)));
        Assert.Equal(KeyAnswer.Expired, Two.Judge(1, First.AsSpan(), Now + Hour));
        Assert.Equal(KeyAnswer.Accepted, Two.Judge(2, Second.AsSpan(), Now + Hour));
    }

    /// <summary>
    /// Guards against probing: who lacks the secret cannot tell which versions there are, nor how they ended.
    /// </summary>
    [Fact]
    public void Without_the_secret_every_version_is_unknown_whatever_became_of_it()
    {
        var ring = Two.Revoke(2, "leaked", Now)!;

        Assert.Equal(KeyAnswer.Unknown, ring.Judge(1, Second.AsSpan(), Now));
        Assert.Equal(KeyAnswer.Unknown, ring.Judge(1, Second.AsSpan(), Now + Hour));
        Assert.Equal(KeyAnswer.Unknown, ring.Judge(2, First.AsSpan(), Now));
        Assert.Equal(KeyAnswer.Unknown, ring.Judge(3, First.AsSpan(), Now));
        Assert.Equal(KeyAnswer.Unknown, KeyRing.Empty.Judge(0, new byte[32], Now)); // The dummy is no key.
        Assert.Equal(KeyAnswer.Unknown, ring.Judge(1, First.AsSpan()[..31], Now));
        Assert.Equal(KeyAnswer.Unknown, ring.Judge(1, [], Now));
    }

    [Fact]
    public void A_revoked_version_is_refused_at_once_and_for_good()
    {
        var ring = Two.Revoke(1, "leaked", Now)!;

        Assert.Equal(KeyAnswer.Revoked, ring.Judge(1, First.AsSpan(), Now));
        Assert.Equal(KeyAnswer.Revoked, ring.Judge(1, First.AsSpan(), Now + Hour)); // Also past its end.
        Assert.Equal(KeyAnswer.Accepted, ring.Judge(2, Second.AsSpan(), Now));
        Assert.Equal("leaked", ring.Find(1)!.RevokedReason);
        Assert.Equal(Now, ring.Find(1)!.RevokedAt);
    }

    [Fact]
    public void Revoking_again_keeps_the_first_time_and_reason()
    {
        var ring = Two.Revoke(1, "leaked", Now)!;

        Assert.Same(ring, ring.Revoke(1, "again", Now + Hour));
        Assert.Null(ring.Revoke(3, "no such version", Now));
    }

    [Fact]
    public void Issuing_the_same_secret_again_issues_nothing()
    {
        var (ring, version) = Two.Issue(First, 5 * Hour, "again", Now + Hour);

        Assert.Same(Two, ring);
        Assert.Same(Two.Versions[0], version);
    }

    [Fact]
    public void Versions_count_up_and_carry_what_they_were_issued_with()
    {
        Assert.Equal([1, 2], Two.Versions.Select(version => version.Version));
        Assert.Equal(
            new KeyVersion(2, "key-2", Second, Now, Now + 2 * Hour, null, "", "second"), Two.Versions[1]);
    }

    /// <summary>
    /// Guards a revoked number against being given out again: the key that has it in its text is elsewhere.
    /// </summary>
    [Fact]
    public void A_number_is_never_given_twice()
    {
        var (_, version) = Two.Revoke(2, "leaked", Now)!.Issue([.. new byte[32]], Hour, "", Now);

        Assert.Equal(3, version.Version);
    }
}
