using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Plans;
using Sluice.Grains.Tenants;
using Sluice.Rules;
using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sluice.Silo.Configuration;

/// <summary>Reads <c>sluice.yaml</c> from end to end, so that an operator hears of every mistake at once.</summary>
internal sealed class SluiceFileReader(string file, List<string> mistakes)
{
    /// <summary>What the file says; null when it is not YAML at all. Only good when no mistake was noted.</summary>
    public SluiceFile? Read(string text)
    {
        if (Parse(text) is not { } root)
        {
            return null;
        }

        var tenants = root.Objects("tenants").Select(ReadTenant).ToList();
        var plans = root.Objects("plans").Select(ReadPlan).ToList();
        var clients = root.Objects("clients").Select(client => ReadClient(client, tenants, plans)).ToList();
        var pools = root.Objects("pools").Select(ReadPool).ToList();
        root.NothingElse();
        NoTwice(root, "tenants", tenants.Select(tenant => tenant.Tenant));
        NoTwice(root, "plans", plans.Select(plan => plan.Plan));
        NoTwice(root, "clients", clients.Select(client => $"{client.Tenant}/{client.Name}"));
        NoTwice(root, "pools", pools.Select(pool => pool.Name));
        return new SluiceFile(file, tenants, plans, clients, pools);
    }

    private YamlObject? Parse(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0)
            {
                return new YamlObject([], "", file, mistakes);
            }

            if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root)
            {
                return new YamlObject(root, "", file, mistakes);
            }

            mistakes.Add($"{file} line 1: must be one object with tenants, plans, clients and pools.");
        }
        catch (YamlException exception)
        {
            // A quote without an end, say, is found lines behind its beginning.
            var (start, end) = (exception.Start.Line, exception.End.Line);
            var lines = end > start ? $"lines {start} to {end}" : $"line {start}";
            mistakes.Add($"{file} {lines}: not YAML: {exception.Message}");
        }

        return null;
    }

    private TenantDefinition ReadTenant(YamlObject tenant)
    {
        var read = new TenantDefinition
        {
            Tenant = NameIn(tenant, "tenant"),
            DisplayName = tenant.Text("displayName") ?? "",
            TimeZone = tenant.Text("timeZone") ?? "",
            Limits = LimitsIn(tenant),
            OwnedBy = file,
        };
        if (!TenantZone.IsKnown(read.TimeZone))
        {
            tenant.Mistake("timeZone", $"'{read.TimeZone}' is not {TenantZone.Rule}.");
        }

        foreach (var limit in read.Limits.Where(limit => limit.Scope is { KeyVersions.Length: > 0 }))
        {
            tenant.Mistake("limits", $"'{limit.Name}' names keys; a tenant has none, its clients have.");
        }

        tenant.NothingElse();
        return read;
    }

    private PlanDefinition ReadPlan(YamlObject plan)
    {
        var models = plan.Object("models");
        var read = new PlanDefinition
        {
            Plan = NameIn(plan, "plan"),
            UsableModels = PatternsIn(models, "use"),
            VisibleModels = PatternsIn(models, "see"),
            Limits = LimitsIn(plan),
            ReserveFullCap = plan.Flag("reserveFullCap") ?? false,
            Degraded = DegradedText.Read(plan),
            LenientFence = FenceText.Parse(plan.Text("fence")) ?? NeitherFence(plan),
            OwnedBy = file,
            WithoutChunks = !(plan.Flag("chunks") ?? true),
            Metered = plan.Flag("metered") ?? false,
            StopStreams = plan.Flag("stopStreams") ?? false,
            Rotation = RotationText.Read(plan),
            Prices = PriceText.Read(plan),
        };
        models?.NothingElse();
        plan.NothingElse();
        return read;
    }

    private static bool NeitherFence(YamlObject plan)
    {
        plan.Mistake("fence", $"'{plan.Text("fence")}' is not {FenceText.Rule}.");
        return false;
    }

    private static ReplayMode NoReplay(YamlObject client)
    {
        client.Mistake("replay", $"'{client.Text("replay")}' is not {ReplayText.Rule}.");
        return ReplayMode.Off;
    }

    private ClientDefinition ReadClient(
        YamlObject client, List<TenantDefinition> tenants, List<PlanDefinition> plans)
    {
        var read = new ClientDefinition
        {
            Tenant = NameIn(client, "tenant"),
            Name = NameIn(client, "name"),
            Plan = NameIn(client, "plan"),
            Role = client.Text("role") ?? RoleBook.User,
            Suspended = client.Flag("suspended") ?? false,
            Limits = LimitsIn(client),
            AllowedAddresses = ScopeText.NetworksOf(
                client.Texts("allowedAddresses"), mistake => client.Mistake("allowedAddresses", mistake)),
            Replay = ReplayText.Parse(client.Text("replay")) ?? NoReplay(client),
            OwnedBy = file,
        };
        if (!Names.IsName(read.Role)) // Which roles there are, the settings say and not the file.
        {
            client.Mistake("role", $"'{read.Role}' is not {Names.Rule}.");
        }

        if (tenants.All(tenant => tenant.Tenant != read.Tenant))
        {
            client.Mistake("tenant", $"there is no tenant '{read.Tenant}' in this file.");
        }

        if (plans.All(plan => plan.Plan != read.Plan))
        {
            client.Mistake("plan", $"there is no plan '{read.Plan}' in this file.");
        }

        client.NothingElse();
        return read;
    }

    private static PoolDefinition ReadPool(YamlObject pool)
    {
        var read = new PoolDefinition(
            NameIn(pool, "name"),
            pool.Needed("address"),
            pool.Texts("models"),
            pool.Text("keyFile") ?? "",
            pool.Flag("askForUsage") ?? true);
        if (read.Address.Length > 0
            && (!Uri.TryCreate(read.Address, UriKind.Absolute, out var address)
                || address.Scheme is not ("http" or "https")))
        {
            pool.Mistake("address", $"'{read.Address}' is not an http or https address.");
        }

        if (read.Models.Count == 0)
        {
            pool.Mistake("models", "is empty: name the models that the pool serves.");
        }

        pool.NothingElse();
        return read;
    }

    private static LimitDefinition[] LimitsIn(YamlObject owner)
    {
        var limits = new List<LimitDefinition>();
        foreach (var limit in owner.Objects("limits"))
        {
            var definition = LimitText.Parse(WrittenIn(limit), MistakeUnlessNoted);
            var isShadow = limit.Flag("shadow") ?? false;
            var scope = new ScopeText(
                limit.Texts("models"), limit.Texts("endpoints"), limit.Texts("keys"), limit.Texts("addresses"))
                .Parse(MistakeUnlessNoted);
            limit.NothingElse();
            void MistakeUnlessNoted(string member, string text)
            {
                if (!limit.HasMistake(member))
                {
                    limit.Mistake(member, text);
                }
            }

            if (definition is null)
            {
                continue;
            }

            definition = definition with { Shadow = isShadow, Scope = scope };
            limits.Add(definition);
            foreach (var mistake in LimitRules.MistakesIn(new[] { definition }.ToRules()))
            {
                // The rules speak of limits[0].member; here it has a line of its own.
                var colon = mistake.IndexOf(':', StringComparison.Ordinal);
                var dot = mistake.IndexOf('.', StringComparison.Ordinal);
                limit.Mistake(dot >= 0 && dot < colon ? mistake[(dot + 1)..colon] : "", mistake[(colon + 2)..]);
            }
        }

        NoTwice(owner, "limits", limits.Select(limit => limit.Name));
        return [.. limits];
    }

    private static WrittenLimit WrittenIn(YamlObject limit) => new()
    {
        Name = limit.Text("name"),
        Kind = limit.Text("kind"),
        Amount = limit.Number("amount"),
        Unit = limit.Text("unit"),
        Burst = limit.Number("burst"),
        Period = limit.Text("period"),
        Calendar = limit.Text("calendar"),
        Rate = limit.Text("rate"),
        Quota = limit.Text("quota"),
    };

    private static string NameIn(YamlObject owner, string member)
    {
        var name = owner.Needed(member);
        if (name.Length > 0 && !Names.IsName(name))
        {
            owner.Mistake(member, $"'{name}' is not {Names.Rule}.");
        }

        return name;
    }

    private static string[] PatternsIn(YamlObject? models, string member)
    {
        var patterns = models?.Texts(member) ?? [];
        foreach (var pattern in patterns.Where(pattern => !ModelAccess.IsPattern(pattern)))
        {
            models!.Mistake(member, $"'{pattern}' is not a model's name or a beginning followed by '*'.");
        }

        return [.. patterns];
    }

    private static void NoTwice(YamlObject owner, string member, IEnumerable<string> names)
    {
        var groups = names.Where(name => name.Length > 0).GroupBy(name => name);
        foreach (var twice in groups.Where(group => group.Count() > 1))
        {
            owner.Mistake(member, $"'{twice.Key}' stands here {twice.Count()} times.");
        }
    }
}
