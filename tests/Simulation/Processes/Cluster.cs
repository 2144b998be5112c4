using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Sluice.Actors.Hosting;
using Sluice.Grains.Clients;
using Sluice.Simulation.Database;
using Sluice.Simulation.Judging;
using Sluice.Simulation.Kernel;
using Sluice.Simulation.Network;

namespace Sluice.Simulation.Processes;

/// <summary>What all processes of one simulation share, as machines share a network and a database.</summary>
internal sealed class Cluster(SimulatedWorld world, SimulatedNetwork network, SimulatedDatabase database, Judge judge)
    : IKeyHasher, IKeySecrets
{
    internal const int SiloPort = 11111;

    private readonly List<Meter> _meters = [];

    /// <summary>The digest of the one secret that all clients have.</summary>
    internal static readonly byte[] Digest = SHA256.HashData("the secret"u8);

    internal SimulatedWorld World => world;

    internal SimulatedNetwork Network => network;

    internal SimulatedDatabase Database => database;

    internal Judge Judge => judge;

    internal InMemoryReminderTable Reminders { get; } = new();

    /// <summary>Where silos may be, whether one is there now or not.</summary>
    internal required IReadOnlyList<string> SiloMachines { get; init; }

    /// <summary>Most parts in a million by which a clock is fast or slow.</summary>
    internal const int DriftMax = 200;

    internal SimulatedProcess NewProcess(string name) =>
        world.NewProcess(name, world.Random.Next(-DriftMax, DriftMax + 1));

    string IKeyHasher.KeyId => "simulation.1";

    byte[] IKeyHasher.Mac(ReadOnlySpan<byte> secretDigest) => HMACSHA256.HashData("pepper"u8, secretDigest);

    ValueTask<SealedKeySecret> IKeySecrets.MakeAsync(string place, CancellationToken cancellationToken)
    {
        var secret = new byte[32];
        world.Random.NextBytes(secret);
        return ValueTask.FromResult(new SealedKeySecret(SHA256.HashData(secret), Convert.ToHexString(secret)));
    }

    internal IMeterFactory Meters() => new MeterFactory(_meters);

    /// <summary>The runtime knows every meter until it is disposed.</summary>
    internal void CloseMeters() => _meters.ForEach(meter => meter.Dispose());

    private sealed class MeterFactory(List<Meter> made) : IMeterFactory
    {
        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            made.Add(meter);
            return meter;
        }

        public void Dispose()
        {
        }
    }
}
