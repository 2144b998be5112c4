using Sluice.Grains.Abstractions;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Plans;
using Sluice.Rules;
using Sluice.Rules.Credentials;
using Sluice.Rules.Keys;
using Sluice.Rules.Limits;

namespace Sluice.Grains.Clients;

/// <summary>What operators change: stored first, then in force for the next request, then answered.</summary>
internal sealed partial class ClientGrain
{
    private const int TextLengthMax = 200;

    private bool _storedUncertain;

    public async Task<ChangeReply> Create(ClientDefinition client)
    {
        await ReadAgainIfUncertain();
        if (_definition is not null)
        {
            return new ChangeReply(ChangeOutcome.AlreadyExists,
                $"Tenant '{client.Tenant}' has a client '{client.Name}' already.");
        }

        if (Names.ClientId(client.Tenant, client.Name) != ClientId)
        {
            return new ChangeReply(ChangeOutcome.Invalid, "The client's id does not follow from its tenant and name.");
        }

        if (await RefusalOf(client) is { } refusal)
        {
            return refusal;
        }

        await Store(new StoredClient { Definition = client });
        await OpenWhole(client, []);
        LogChanged(ClientId, client.Tenant, "created");
        return ChangeReply.Done;
    }

    public async Task<ChangeReply> Replace(ClientDefinition client)
    {
        await ReadAgainIfUncertain();
        if (_definition is not { } before)
        {
            return NoSuchClient();
        }

        if (before.OwnedBy != client.OwnedBy && before.OwnedBy.Length > 0)
        {
            return new ChangeReply(ChangeOutcome.OwnedByFile, before.OwnedBy);
        }

        var next = client with { Tenant = before.Tenant, Name = before.Name };
        if (await RefusalOf(next) is { } refusal)
        {
            return refusal;
        }

        var plan = await GrainFactory.GetGrain<IPlanGrain>(next.Plan).Describe();
        await Store(stored.State.Changed(ClientId, next));
        _change = stored.State.Change;
        Adopt(next, _keys, plan!); // Checked above; plans are never taken away.
        await RefreshPlan(CancellationToken.None); // Told of changes from here on, and of one that came meanwhile.
        LogChanged(ClientId, next.Tenant, "changed");
        return ChangeReply.Done;
    }

    public async Task<IssueKeyReply> IssueKey(IssueKeyRequest request)
    {
        await ReadAgainIfUncertain();
        var lifetime = request.Lifetime == TimeSpan.Zero ? KeyRing.LifetimeMax : request.Lifetime;
        if (_definition is not { } definition)
        {
            return new IssueKeyReply(NoSuchClient(), 0, default);
        }

        if (MistakeIn(request, lifetime) is { } mistake)
        {
            return new IssueKeyReply(new ChangeReply(ChangeOutcome.Invalid, mistake), 0, default);
        }

        var mac = hasher.Mac(request.SecretDigest);
        var (ring, issued) = _policy.Keys.Issue([.. mac], lifetime, request.Label, Now.Utc);
        await StoreKeys(definition, ring);
        LogChanged(ClientId, definition.Tenant, $"key version {issued.Version} issued");
        return new IssueKeyReply(ChangeReply.Done, issued.Version, issued.ExpiresAt);
    }

    public async Task<ChangeReply> RevokeKey(RevokeKeyRequest request)
    {
        await ReadAgainIfUncertain();
        if (_definition is not { } definition)
        {
            return NoSuchClient();
        }

        if (request.Reason.Length > TextLengthMax)
        {
            return new ChangeReply(ChangeOutcome.Invalid, $"reason: longer than {TextLengthMax} characters.");
        }

        if (_policy.Keys.Revoke(request.Version, request.Reason, Now.Utc) is not { } ring)
        {
            return new ChangeReply(ChangeOutcome.NotFound, $"Client {ClientId} has no key version {request.Version}.");
        }

        await StoreKeys(definition, ring, state => state.Revoking(ClientId, request.Version));
        LogChanged(ClientId, definition.Tenant, $"key version {request.Version} revoked");
        return ChangeReply.Done;
    }

    public ValueTask<ClientDefinition?> Describe()
    {
        DeactivateIfNobody();
        return ValueTask.FromResult(_definition);
    }

    public ValueTask<KeyVersionInfo[]> ListKeys()
    {
        DeactivateIfNobody();
        return ValueTask.FromResult(_keys.Select(key => key.Info).ToArray());
    }

    public ValueTask<ClientLiveState?> Inspect()
    {
        DeactivateIfNobody();
        if (_plan is null)
        {
            return ValueTask.FromResult<ClientLiveState?>(null);
        }

        var now = Now;
        _client.MoveTo(now, _policy);
        return ValueTask.FromResult<ClientLiveState?>(new ClientLiveState
        {
            Epoch = _epoch,
            Plan = _plan.Plan,
            PlanVersion = _plan.Version,
            Limits = ClientMapping.LimitsToWire(_client, _policy, now),
            Slots = ClientMapping.SlotsToWire(_client, now),
            ShadowLimits = ShadowLimitsAt(now),
        });
    }

    private async Task<ChangeReply?> RefusalOf(ClientDefinition client)
    {
        var mistakes = new List<string>(LimitRules.MistakesIn(client.Limits.ToRules()));
        mistakes.AddRange(AddressList.MistakesIn(NetworksOf(client), AddressesMember));
        if (!Names.IsName(client.Name))
        {
            mistakes.Add($"name: '{client.Name}' is not {Names.Rule}.");
        }

        if (roles.Find(client.Role) is null)
        {
            var known = string.Join(", ", roles.Roles.Select(role => role.Name));
            mistakes.Add($"role: '{client.Role}' is no role; there are {known}.");
        }

        if (!Names.IsName(client.Plan) || await GrainFactory.GetGrain<IPlanGrain>(client.Plan).Describe() is null)
        {
            mistakes.Add($"plan: there is no plan '{client.Plan}'.");
        }

        return mistakes.Count == 0 ? null : new ChangeReply(ChangeOutcome.Invalid, string.Join(' ', mistakes));
    }

    private string? MistakeIn(IssueKeyRequest request, TimeSpan lifetime)
    {
        if (request.SecretDigest.Length != 32)
        {
            return "secretDigest: not 32 bytes.";
        }

        if (lifetime < KeyRing.LifetimeMin || lifetime > KeyRing.LifetimeMax)
        {
            return $"lifetime: {lifetime} is not between 1 minute and 90 days.";
        }

        if (request.Label.Length > TextLengthMax)
        {
            return $"label: longer than {TextLengthMax} characters.";
        }

        return _policy.Keys.Versions.Length < KeyRing.VersionsMax
            ? null
            : $"The client has {KeyRing.VersionsMax} key versions, which is the most.";
    }

    private ChangeReply NoSuchClient()
    {
        DeactivateIfNobody();
        return new ChangeReply(ChangeOutcome.NotFound, $"There is no client {ClientId}.");
    }

    /// <summary>What is stored and could not be opened whole is left to the next activation.</summary>
    private async Task OpenWhole(ClientDefinition definition, StoredKeyVersion[] keys)
    {
        try
        {
            await Open(definition, keys, CancellationToken.None);
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }

    /// <summary>
    /// Durable first. A write that fails may have happened: memory keeps what it knew until it reads again.
    /// </summary>
    private async Task Store(StoredClient next)
    {
        var before = stored.State;
        stored.State = next.Noted(ClientId, before);
        try
        {
            await stored.WriteStateAsync();
            stored.State = next.Published();
        }
        catch
        {
            stored.State = before;
            _storedUncertain = true;
            ReadAgainSoon();
            throw;
        }
    }

    private async Task ReadAgainIfUncertain()
    {
        if (!_storedUncertain)
        {
            return;
        }

        await stored.ReadStateAsync();
        _change = stored.State.Change;
        if (stored.State.Definition is { } definition)
        {
            if (_plan is null)
            {
                await OpenWhole(definition, stored.State.Keys);
            }
            else
            {
                // What may have happened may have been a move to another plan.
                var plan = _plan.Plan == definition.Plan
                    ? _plan
                    : await GrainFactory.GetGrain<IPlanGrain>(definition.Plan).Describe();
                Adopt(definition, stored.State.Keys, plan!);
                await RefreshPlan(CancellationToken.None);
            }
        }

        _storedUncertain = false;
    }
}
