using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sluice.Actors.Calls;
using Sluice.Actors.Hosting;
using Sluice.Actors.Membership;

namespace Sluice.Actors.Wire;

/// <summary>
/// A silo's side of the wire: it joins the cluster, takes connections, and runs the calls that are its own.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "StopAsync is its end.")]
internal sealed class SiloTransport : ClusterTransport
{
    /// <summary>How long a silo that leaves waits for the others to close their connections.</summary>
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(2);

    /// <summary>How often activations are looked for that a change of the view has passed over.</summary>
    private static readonly TimeSpan StrayPeriod = TimeSpan.FromSeconds(1);

    private readonly ClusterOptions _options;
    private readonly IMembershipTable _table;
    private readonly MembershipOptions _membershipOptions;
    private readonly ILoggerFactory _logging;
    private readonly ConcurrentDictionary<Connection, long> _accepted = new();
    private readonly ConcurrentDictionary<(string Interface, string Method), CallMethod> _methods = new();
    private MembershipService? _membership;
    private SiloListener? _listener;
    private GrainManifest _manifest = new() { Entries = [] };
    private readonly TaskCompletionSource _deserted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;
    private volatile bool _stopped;
    private long _siloId;
    private long _nextLook;

    internal SiloTransport(
        ClusterOptions options, MembershipOptions membershipOptions, IMembershipTable table, ILoggerFactory logging,
        IClusterNetwork network)
        : base(options.Connections, options.Tls, logging.CreateLogger<SiloTransport>(), network)
    {
        _options = options;
        _membershipOptions = membershipOptions;
        _table = table;
        _logging = logging;
    }

    public override long SiloId => Volatile.Read(ref _siloId);

    public override ClusterView View => _membership?.View ?? ClusterView.Empty;

    public override bool IsConnected => View.Find(SiloId) is not null;

    protected override IEnumerable<Connection> OpenConnections => base.OpenConnections.Concat(_accepted.Keys);

    public override string Self => $"silo {SiloId} ({_options.Name})";

    public override ClusterView? ViewToTell => View;

    protected override Greeting Greeting => Handshake.GreetingOf(_options.ClusterId, SiloId, _options.Name);

    protected override async Task StartAsync(CancellationToken cancellationToken)
    {
        Tls.Check(isSilo: true);
        foreach (var method in Host.Model.Methods)
        {
            _methods.TryAdd(method.WireName, method);
            method.Prepare(); // Not when the first call comes: its connection would stand still meanwhile.
        }

        _manifest = Host.Model.Manifest;
        _listener = new SiloListener(_options, Tls, Log, Host.Time, Network);
        _listener.Bind();
        _membership = new MembershipService(new MembershipParts
        {
            Table = _table,
            Candidate = new SiloCandidate(
                _options.Name, AdvertisedHost(),
                _options.AdvertisedPort == 0 ? _listener.Port : _options.AdvertisedPort,
                [.. Host.Model.Types.Select(type => type.ToString())], Handshake.NewestProtocol),
            Options = _membershipOptions,
            Time = Host.Time,
            Scheduler = Host.Scheduler,
            Logging = _logging,
        });
        _membership.Evicted += Host.EndEvicted;
        var joined = await _membership.JoinAsync(cancellationToken);
        Volatile.Write(ref _siloId, joined.Id);
        _listener.Start(Host.Scheduler, () => Greeting, Accept);
        _membership.ViewChanged += TakeView;
        TakeView(View);
    }

    public override Task BeginStopAsync() =>
        _membership?.BeginStoppingAsync(CancellationToken.None) ?? Task.CompletedTask;

    public override async Task StopAsync(CancellationToken hurry)
    {
        _listener?.Dispose();
        if (_membership is not null)
        {
            await _membership.LeaveAsync(CancellationToken.None);
            await _membership.DisposeAsync();
        }

        End(new SiloUnavailableException("The silo has stopped."));
        await WaitForGoodbyesAsync(hurry);
        _stopped = true;
        CloseAccepted();
    }

    private void CloseAccepted()
    {
        foreach (var connection in InOrder(_accepted.Keys))
        {
            connection.Close(new SiloUnavailableException("The silo has stopped."));
        }
    }

    public override void Sweep(long now)
    {
        base.Sweep(now);
        if (now >= _nextLook)
        {
            _nextLook = now + Ticks(StrayPeriod);
            Host.Moving?.GiveUpStrays();
        }

        foreach (var connection in InOrder(_accepted.Keys))
        {
            connection.Sweep(now);

            // The other side pings; one that is silent for this long is gone, or so far behind that it must begin anew.
            if (connection.IsSilent(now, Ticks(Connections.LostAfter * 2)))
            {
                connection.Close(new TimeoutException($"{connection.Peer} is silent."));
            }
        }
    }

    public override CallMethod? FindMethod(string interfaceName, string methodName) =>
        _methods.GetValueOrDefault((interfaceName, methodName));

    public override void Received(Connection connection, GrainCall call)
    {
        var view = View;
        if (call.Target.Type.ToString() == Placement.SiloGrainType && !connection.Peer.IsSilo)
        {
            call.Fail(new UnauthorizedAccessException("Only silos talk to a silo about itself."));
        }
        else if (Placement.OwnerOf(call.Target, view)?.Id == SiloId)
        {
            Host.Deliver(call);
        }
        else if (call is { AsksForwarding: true, OneWay: false } && !connection.Peer.IsSilo
            && view.Find(SiloId) is { Status: SiloStatus.Active })
        {
            Host.Forward(call);
        }
        else
        {
            Host.SendElsewhere(call);
        }
    }

    public override void ViewCame(Connection connection, ClusterView view) => _membership!.Adopt(view);

    public override void Unreachable(Connection connection, long siloId) => FindLink(siloId)?.Probe();

    internal override void CannotReach(SiloEntry silo) => _membership!.Suspect(silo.Id);

    protected override void AcceptedClosed(Connection connection, Exception? reason)
    {
        if (_accepted.TryRemove(connection, out _) && !_stopped)
        {
            Log.Left(connection.Peer, reason?.Message ?? "This silo has nothing more to tell it.");
        }

        if (_stopping && _accepted.IsEmpty)
        {
            _deserted.TrySetResult();
        }
    }

    protected override void ExcuseAll(long now)
    {
        base.ExcuseAll(now);
        foreach (var connection in InOrder(_accepted.Keys))
        {
            connection.Excuse(now);
        }
    }

    protected override void Opened(Connection connection)
    {
        connection.SendManifest(_manifest);
        connection.SendView(View);
    }

    private void Accept(Stream stream, Peer peer)
    {
        var connection = new Connection(Host, this, stream, peer);
        _accepted.TryAdd(connection, 0);
        Log.Accepted(peer);
        Opened(connection);
        connection.Start();
        if (IsDead(peer, View))
        {
            connection.CloseWhenSent();
        }

        if (_stopped)
        {
            CloseAccepted();
        }
    }

    private void TakeView(ClusterView view)
    {
        LinkTo(view);
        foreach (var connection in InOrder(_accepted.Keys))
        {
            // A silo that was declared dead hears of it, and no more.
            connection.SendView(view);
            if (IsDead(connection.Peer, view))
            {
                connection.CloseWhenSent();
            }
        }

        foreach (var link in Links)
        {
            link.Connection?.SendView(view);
        }

        Host.Moving?.ViewChanged(view);
    }

    /// <summary>
    /// Others close their connections when they have the answers to everything they had asked before they knew that
    /// this silo is leaving; who does not know yet is told until then.
    /// </summary>
    private async Task WaitForGoodbyesAsync(CancellationToken hurry)
    {
        _stopping = true;
        foreach (var connection in InOrder(_accepted.Keys))
        {
            connection.SendView(View);
        }

        if (!_accepted.IsEmpty)
        {
            await Task.WhenAny(IsDesertedAsync(), Task.Delay(GoodbyePatience, Host.Time, hurry));
        }
    }

    /// <summary>Comes back to where it was asked for: whoever waits for two things at once goes on anywhere.</summary>
    private async Task IsDesertedAsync() => await _deserted.Task;

    // Ids ascend: one that is unknown, and older than the newest, was here and is no more.
    private static bool IsDead(Peer peer, ClusterView view) =>
        peer.IsSilo && view.Find(peer.SiloId) is null && !view.Silos.IsEmpty && peer.SiloId < view.Silos[^1].Id;

    private string AdvertisedHost()
    {
        if (_options.AdvertisedHost.Length > 0)
        {
            return _options.AdvertisedHost;
        }

        var listening = IPAddress.Parse(_options.ListenAddress);
        if (!listening.Equals(IPAddress.Any) && !listening.Equals(IPAddress.IPv6Any))
        {
            return listening.ToString();
        }

        return Array.Find(
            Dns.GetHostAddresses(Dns.GetHostName()),
            address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
            ?.ToString() ?? IPAddress.Loopback.ToString();
    }
}
