using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>Guards memory: a key with a right checksum and no client behind it is easily made.</summary>
public sealed class UnknownClientTests
{
    private readonly GrainWorld _world = new();

    [Fact]
    public void An_unknown_client_is_refused_as_a_wrong_key_is()
    {
        var reply = _world.Admit();

        Assert.Equal(Verdict.UnknownKey, reply.Verdict);
        Assert.Equal(TimeSpan.Zero, reply.RetryAfter);
        Assert.Null(reply.RefusedBy);
    }

    [Fact]
    public void Whatever_is_asked_of_an_unknown_client_leaves_nothing_behind()
    {
        Func<Task>[] questions =
        [
            async () => await _world.Admission.Admit(new AdmitRequest
            {
                RequestId = new RequestId(1, 1), KeyVersion = 1, SecretDigest = GrainWorld.Digest, Model = "m",
            }),
            async () => await _world.Admission.Identify(
                new IdentifyRequest { KeyVersion = 1, SecretDigest = new byte[32] }),
            async () => await _world.Administration.Describe(),
            async () => await _world.Administration.ListKeys(),
            async () => await _world.Administration.Inspect(),
            () => _world.Administration.IssueKey(new IssueKeyRequest { SecretDigest = GrainWorld.Digest }),
            () => _world.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 }),
            () => _world.Administration.Replace(GrainWorld.ClientOf("gold")),
        ];

        foreach (var question in questions)
        {
            _world.Run(question);
            Assert.False(_world.IsActive());
        }

        Assert.Equal(0, _world.Ledger.EpochOf(GrainWorld.ClientId));
        Assert.Equal(0, _world.Storage.Writes);
    }

    [Fact]
    public void What_is_changed_of_an_unknown_client_is_not_found()
    {
        var expected = new ChangeReply(ChangeOutcome.NotFound, $"There is no client {GrainWorld.ClientId}.");

        Assert.Equal(expected, _world.Run(() => _world.Administration.Replace(GrainWorld.ClientOf("gold"))));
        Assert.Equal(expected, _world.Run(() => _world.Administration.RevokeKey(new RevokeKeyRequest { Version = 1 })));
        Assert.Equal(expected, _world.IssueKey(GrainWorld.Digest).Reply);
        Assert.Null(_world.Run(() => _world.Administration.Describe()));
        Assert.Empty(_world.Run(() => _world.Administration.ListKeys()));
    }

    [Fact]
    public void A_known_client_stays_active()
    {
        _world.CreateClient();
        _world.Admit();

        Assert.True(_world.IsActive());
    }
}
