using Sluice.Actors.Hosting;
using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Abstractions.Usage;
using Sluice.Simulation.Judging;
using Sluice.Simulation.Kernel;

namespace Sluice.Simulation.Processes;

/// <summary>Who makes the plans and clients before the faults begin, and looks at clients now and then.</summary>
internal sealed class SimulatedOperator
{
    private readonly Cluster _cluster;
    private readonly ActorHost _host;

    internal SimulatedOperator(Cluster cluster, string machine)
    {
        _cluster = cluster;
        Process = cluster.NewProcess($"operator@{machine}");
        _host = ClientHost.Make(cluster, Process, machine, new ProcessLog(Process, cluster.Judge));
    }

    internal SimulatedProcess Process { get; }

    internal void Start(
        IEnumerable<SimulatedClient> clients, IEnumerable<SimulatedClient> tenants, Action done) =>
        Process.Begin(async () =>
    {
        await _host.StartAsync(CancellationToken.None);
        foreach (var tenant in tenants)
        {
            await UntilDone(async () => await Tenant(tenant).Create(new TenantDefinition
            {
                Tenant = tenant.Tenant, TimeZone = "Pacific/Auckland", Limits = tenant.Limits(),
            }));
        }

        foreach (var client in clients)
        {
            await UntilDone(async () => await Plan(client).Create(new PlanDefinition
            {
                Plan = client.Plan, Limits = client.Limits(), UsableModels = ["m"],
                ReserveFullCap = client.ReservesFullCap, Metered = client.IsMetered,
                Degraded = client.IsOpen ? new DegradedDefinition { Open = true } : null,
            }));
            await UntilDone(async () => await Administration(client).Create(new ClientDefinition
            {
                Tenant = client.Tenant, Name = client.Name, Plan = client.Plan,
            }));
            await UntilDone(async () => (await Administration(client).IssueKey(
                new IssueKeyRequest { SecretDigest = Cluster.Digest })).Reply);
        }

        done();
    });

    /// <summary>Looks at one client; null when its grain does not answer.</summary>
    internal void Look(SimulatedClient client, Action<ClientLiveState?> seen) => Process.Begin(async () =>
    {
        var sentAt = _cluster.World.Now;
        ClientLiveState? look = null;
        try
        {
            look = await Administration(client).Inspect();
        }
        catch (Exception e)
        {
            _cluster.World.Trace.Aside(Process.Name, $"{client.Name} cannot be looked at: {e.Message}");
        }

        if (look is not null)
        {
            _cluster.Judge.Looked(client.ClientId, look, sentAt);
        }

        seen(look);
    });

    /// <summary>Looks at the tenant; null when its grain does not answer.</summary>
    internal void LookAtTenant(SimulatedClient tenant, Action<TenantLiveState?> seen) => Process.Begin(async () =>
    {
        TenantLiveState? look = null;
        try
        {
            look = await Tenant(tenant).Inspect();
        }
        catch (Exception e)
        {
            _cluster.World.Trace.Aside(Process.Name, $"tenant {tenant.Tenant} cannot be looked at: {e.Message}");
        }

        seen(look);
    });

    /// <summary>Has a count compared with the usage log, until that is over.</summary>
    internal void Reconcile(SimulatedClient client, Action<ReconcileReply> done) => Process.Begin(async () =>
    {
        var grain = _host.Client.GetGrain<IClientUsage>(client.ClientId);
        for (long? after = null; ;)
        {
            try
            {
                // Below every number, so that this begins nothing: it tells which comparison was the last one.
                var reply = (await grain.Reconcile(after ?? -1))!;
                if (after is null)
                {
                    after = reply.Number;
                }
                else if (reply.State is not ReconcileState.Waiting && reply.Number > after)
                {
                    done(reply);
                    return;
                }
            }
            catch (Exception e)
            {
                _cluster.World.Trace.Aside(Process.Name, $"{client.Name} is not compared: {e.Message}");
            }

            await Task.Delay(TimeSpan.FromSeconds(1), Process.Time);
        }
    });

    internal void Kill()
    {
        Process.Kill();
        _host.Metrics.Dispose();
    }

    private ITenantGrain Tenant(SimulatedClient tenant) => _host.Client.GetGrain<ITenantGrain>(tenant.Tenant);

    private IPlanGrain Plan(SimulatedClient client) => _host.Client.GetGrain<IPlanGrain>(client.Plan);

    private IClientAdministration Administration(SimulatedClient client) =>
        _host.Client.GetGrain<IClientAdministration>(client.ClientId);

    /// <summary>Silos may still be on their way.</summary>
    private async Task UntilDone(Func<Task<ChangeReply>> change)
    {
        while (true)
        {
            try
            {
                var reply = await change();
                if (reply.Outcome is ChangeOutcome.Done or ChangeOutcome.AlreadyExists)
                {
                    return;
                }

                throw new InvalidOperationException($"{reply.Outcome}: {reply.Detail}");
            }
            catch (Exception e) when (e is ArgumentException or OrleansException or TimeoutException
                or OrleansMessageRejectionException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), Process.Time);
            }
        }
    }
}
