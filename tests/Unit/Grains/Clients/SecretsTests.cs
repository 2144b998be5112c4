using System.Text;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Clients;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

public sealed class SecretsTests
{
    /// <summary>Guards keys: no log, at any level, in any trouble, holds what a key could be known by.</summary>
    [Fact]
    public void No_log_holds_a_digest_or_a_MAC()
    {
        var world = new GrainWorld();
        world.CreateClient(GrainWorld.Quota(100), GrainWorld.Slots(1));
        byte[] wrong = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];

        world.Admit();
        world.Admit();
        world.Admit(digest: wrong);
        world.Storage.Next = NextWrite.Lost;
        Assert.ThrowsAny<Exception>(() => world.IssueKey(wrong, label: "ci"));
        world.Done(() => world.Administration.RevokeKey(new RevokeKeyRequest { Version = 1, Reason = "leaked" }));
        world.Ledger.Failure = new TimeoutException("The database is away.");
        world.Restart();
        Assert.ThrowsAny<Exception>(() => world.Admit());

        var log = world.Log.All;
        Assert.Contains(GrainWorld.ClientId, log, StringComparison.Ordinal);
        Assert.Contains("The database is away.", log, StringComparison.Ordinal);
        byte[][] secrets =
        [
            GrainWorld.Digest, wrong, ((IKeyHasher)world).Mac(GrainWorld.Digest), ((IKeyHasher)world).Mac(wrong),
            Encoding.ASCII.GetBytes("the secret"),
        ];
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(Convert.ToHexString(secret), log, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(secret), log, StringComparison.Ordinal);
            Assert.DoesNotContain(string.Join(", ", secret.Take(8)), log, StringComparison.Ordinal);
        }
    }
}
