using System.Globalization;
using Microsoft.Extensions.Logging;
using Sluice.Actors.Calls;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;
using Sluice.Actors.Turns;

namespace Sluice.Actors.Wire;

/// <summary>
/// A client's side of the wire: it finds a silo by its seeds, follows the view that silos tell, and is linked to all of
/// them. It hosts no grain.
/// </summary>
internal sealed class ClientTransport : ClusterTransport
{
    /// <summary>How often seeds are tried while no silo answers; names are resolved anew each time.</summary>
    private static readonly TimeSpan SeedPeriod = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ComplaintPeriod = TimeSpan.FromSeconds(10);

    private readonly ClusterClientOptions _options;
    private readonly Lock _lock = new();
    private volatile ClusterView _view = ClusterView.Empty;
    private long _nextSeeding;
    private long _nextComplaint;
    private int _forwarders;
    private bool _seeding;
    private volatile bool _stopping;

    internal ClientTransport(ClusterClientOptions options, ILoggerFactory logging, IClusterNetwork network)
        : base(options.Connections, options.Tls, logging.CreateLogger<ClientTransport>(), network) =>
            _options = options;

    public override long SiloId => 0;

    public override ClusterView View => _view;

    public override bool IsConnected => Links.Any(link => link.Connection is not null);

    public override string Self => $"client {_options.Name}";

    public override ClusterView? ViewToTell => null;

    protected override Greeting Greeting => Handshake.GreetingOf(_options.ClusterId, 0, _options.Name);

    protected override Task StartAsync(CancellationToken cancellationToken)
    {
        Tls.Check(isSilo: false);
        var mistakes = _options.Seeds.Where(seed => !TryParse(seed, out _, out _))
            .Select(seed => $"The seed '{seed}' must be host:port.").ToList();
        if (_options.Seeds.Count == 0)
        {
            mistakes.Add("No seed is given: name at least one silo as host:port.");
        }

        return mistakes.Count == 0 ? Task.CompletedTask : throw new ActorConfigurationException(mistakes);
    }

    public override Task BeginStopAsync() => Task.CompletedTask;

    public override Task StopAsync(CancellationToken hurry)
    {
        _stopping = true;
        End(new SiloUnavailableException("This process is stopping."));
        return Task.CompletedTask;
    }

    public override void Sweep(long now)
    {
        base.Sweep(now);
        lock (_lock)
        {
            if (_seeding || _stopping || now < _nextSeeding || IsConnected)
            {
                return;
            }

            _seeding = true;
        }

        Scheduler.Schedule(new ApartWork(SeedAsync));
    }

    public override CallMethod? FindMethod(string interfaceName, string methodName) => null;

    public override void Received(Connection connection, GrainCall call) =>
        throw new InvalidOperationException("A client knows no method, so no call can be read.");

    public override void ViewCame(Connection connection, ClusterView view)
    {
        lock (_lock)
        {
            if (_stopping)
            {
                return;
            }

            if (view.Version > _view.Version)
            {
                _view = view;
                Log.NewView(view.Version, view.Silos.Length);
            }
        }

        UseAsLink(connection);
        LinkTo(_view);
    }

    public override void Unreachable(Connection connection, long siloId)
    {
        // Only silos are asked to look.
    }

    internal override void CannotReach(SiloEntry silo)
    {
        Links.Select(link => link.Connection).FirstOrDefault(connection => connection is not null)
            ?.SendUnreachable(silo.Id);
    }

    /// <summary>
    /// The network may be cut between this client and one silo only. The others have no reason then to take its grains
    /// away, so they pass calls on.
    /// </summary>
    internal override bool TrySendByOther(GrainCall call, SiloEntry owner)
    {
        if (_view.Find(owner.Id) is null)
        {
            return false; // Its grains live elsewhere by now.
        }

        PeerLink[] others =
        [
            .. Links.Where(link => link.Connection is not null && link.Silo.Id != owner.Id
                && _view.Find(link.Silo.Id) is { Status: SiloStatus.Active }),
        ];
        call.AsksForwarding = true;
        for (var tried = 0; tried < others.Length; tried++)
        {
            var turn = (uint)Interlocked.Increment(ref _forwarders);
            if (others[turn % (uint)others.Length].Connection?.TrySend(call) is true)
            {
                return true;
            }
        }

        call.AsksForwarding = false;
        return false;
    }

    /// <summary>A connection that a seed gave becomes the link to its silo, unless there is one.</summary>
    private void UseAsLink(Connection connection)
    {
        if (_view.Find(connection.Peer.SiloId) is not { } silo)
        {
            connection.Drain();
            return;
        }

        var link = LinkTo(silo);
        if (link.Connection != connection && !link.TryUse(connection))
        {
            connection.Drain();
        }
    }

    /// <summary>Tries all addresses of all seeds until a silo answers, which then tells the view.</summary>
    private async Task SeedAsync()
    {
        var failures = new List<string>();
        var found = false;
        foreach (var seed in _options.Seeds)
        {
            _ = TryParse(seed, out var host, out var port);
            found = await TrySeedAsync(seed, host, port, failures);
            if (found)
            {
                break;
            }
        }

        if (!found && !_stopping && Now >= _nextComplaint)
        {
            _nextComplaint = Now + Ticks(ComplaintPeriod);
            Log.NoSilo(string.Join("; ", failures));
        }

        lock (_lock)
        {
            _seeding = false;
            _nextSeeding = Now + Ticks(SeedPeriod);
        }
    }

    private async Task<bool> TrySeedAsync(string seed, string host, int port, List<string> failures)
    {
        IReadOnlyList<string> addresses;
        try
        {
            addresses = await Network.ResolveAsync(host);
        }
        catch (Exception e)
        {
            failures.Add($"{seed}: {e.Message}");
            return false;
        }

        foreach (var address in addresses)
        {
            try
            {
                await ConnectAsync(address, port, expected: 0);
                return true;
            }
            catch (Exception e)
            {
                failures.Add($"{seed} ({address}): {e.Message}");
            }
        }

        return false;
    }

    private static bool TryParse(string seed, out string host, out int port)
    {
        var colon = seed.LastIndexOf(':');
        (host, port) = (colon > 0 ? seed[..colon].Trim('[', ']') : "", 0);
        return colon > 0 && int.TryParse(seed[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= ushort.MaxValue;
    }
}
