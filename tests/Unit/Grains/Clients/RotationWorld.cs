using System.Text.Json;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Clients;
using Xunit;

namespace Sluice.Unit.Grains.Clients;

/// <summary>A client with one key, <c>key-1</c>, and a plan that a test may change.</summary>
internal sealed class RotationWorld
{
    public const string Key = "key-1";

    private PlanDefinition _plan = GrainWorld.PlanOf("gold");

    public RotationWorld() => World.CreateClient();

    public GrainWorld World { get; } = new();

    public void Say(RotationDefinition rotation) => Change(_plan with { Rotation = rotation });

    public void Limit(params LimitDefinition[] limits) => Change(_plan with { Limits = limits });

    public static RotateKeyRequest Request(string rotationId) => new() { KeyId = Key, RotationId = rotationId };

    public static RotationRef Ref(string rotationId) => new(Key, rotationId);

    public RotationReply Rotate(string rotationId)
    {
        var reply = World.Run(() => World.Keys.Rotate(Request(rotationId)));
        Assert.Equal(ChangeReply.Done, reply.Reply);
        return reply;
    }

    public RotationReply Fetch(string rotationId) => World.Run(() => World.Keys.FetchSecret(Ref(rotationId)));

    public Verdict Use(int version, string secret) =>
        World.Admit(keyVersion: version, digest: GrainWorld.DigestOf(secret)).Verdict;

    public KeyVersionStatus[] Versions() => World.Run(World.Keys.ListVersions)!;

    public IEnumerable<KeyLife> Lives() => Versions().Select(version => version.Life);

    public static int VersionOf(RotationReply reply) => reply.Version!.Info.Version;

    /// <summary>What lies in storage of the client.</summary>
    public string Stored() => JsonSerializer.Serialize((StoredClient)World.Storage.Last("client")!);

    private void Change(PlanDefinition plan)
    {
        _plan = plan;
        World.Done(() => World.PlanGrain("gold").Replace(plan));
    }
}
