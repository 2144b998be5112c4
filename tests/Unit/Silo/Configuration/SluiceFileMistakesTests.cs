using Sluice.Silo.Configuration;
using Xunit;

namespace Sluice.Unit.Silo.Configuration;

/// <summary>Guards operators: whatever is wrong is named with the line it stands in, and nothing else is.</summary>
public sealed class SluiceFileMistakesTests
{
    private const string NameRule = "is not 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit.";

    [Theory]
    [InlineData("line 1: tenant: is not known here; known are clients, plans, pools, tenants.", "tenant: acme")]
    [InlineData("line 2: tenants: must be a list of objects.", "", "tenants: acme")]
    [InlineData("line 1: tenants: must be a list of objects.", "tenants: [acme]")]
    [InlineData("line 2: tenants: must be a list of objects.", "tenants:", "  acme: {}")]
    [InlineData("line 2: tenants[0].tenant: is missing.", "tenants:", "  - displayName: Acme")]
    [InlineData("line 2: tenants[0].tenant: is missing.", "tenants:", "  - tenant:")]
    [InlineData($"line 3: tenants[1].tenant: 'Acme Inc' {NameRule}", "tenants:", "- tenant: a", "- tenant: Acme Inc")]
    [InlineData("line 3: tenants[0].displayname: is not known here; known are displayName, limits, tenant, timeZone.",
        "tenants:", "  - tenant: acme", "    displayname: Acme")]
    [InlineData("line 3: tenants[0].timeZone: 'Mars' is not the IANA name of a time zone, such as Europe/Berlin, or "
        + "left out for UTC.", "tenants:", "- tenant: a", "  timeZone: Mars")]
    [InlineData("line 3: tenants[0].limits[0].kind: 'speed' is not rate, concurrency or quota.",
        "tenants:", "- tenant: a", "  limits: [{ name: l, kind: speed, amount: 1 }]")]
    [InlineData("line 3: tenants[0].limits: 'l' names keys; a tenant has none, its clients have.",
        "tenants:", "- tenant: a", "  limits: [{ name: l, rate: 5/s, keys: [1] }]")]
    [InlineData("line 3: tenants[0].displayName: must be a text.", "tenants:", "- tenant: a", "  displayName: [x]")]
    [InlineData("line 2: tenants: 'a' stands here 2 times.", "tenants:", "- tenant: a", "- tenant: b", "- tenant: a")]
    [InlineData($"line 1: plans[0].plan: '-gold' {NameRule}", "plans: [{ plan: -gold }]")]
    [InlineData("line 1: plans: 'p' stands here 3 times.", "plans: [{ plan: p }, { plan: p }, { plan: p }]")]
    [InlineData("line 2: plans[0].models: must be an object.", "plans:", "- { plan: p, models: [qwen] }")]
    [InlineData("line 4: plans[0].models.use: must be a list of texts.",
        "plans:", "- plan: p", "  models:", "    use: m")]
    [InlineData("line 3: plans[0].models.use: 'q*n' is not a model's name or a beginning followed by '*'.",
        "plans:", "- plan: p", "  models: { use: [q, q*n] }")]
    [InlineData("line 3: plans[0].models.hide: is not known here; known are see, use.",
        "plans:", "- plan: p", "  models: { hide: [q] }")]
    [InlineData(
        "line 1: plans[0].prices[0].input: '0.27' is not a whole number.",
        "plans: [{ plan: p, prices: [{ models: '*', input: 0.27 }] }]")]
    [InlineData("line 1: plans[0].stopStreams: 'no' is not true or false.", "plans: [{ plan: p, stopStreams: no }]")]
    [InlineData("line 1: plans[0].degraded: must be an object.", "plans: [{ plan: p, degraded: open }]")]
    [InlineData("line 1: plans[0].degraded.mode: is missing.", "plans: [{ plan: p, degraded: { } }]")]
    [InlineData("line 3: plans[0].degraded.mode: 'ajar' is not open or closed.",
        "plans:", "- plan: p", "  degraded: { mode: ajar }")]
    [InlineData("line 3: plans[0].degraded.grace: '30' is not a whole number followed by ms, s, m, h or d, such as 1m.",
        "plans:", "- plan: p", "  degraded: { mode: open, grace: 30 }")]
    [InlineData("line 3: plans[0].degraded.grace: must be 1ms to 30s.",
        "plans:", "- plan: p", "  degraded: { mode: open, grace: 1m }")]
    [InlineData("line 3: plans[0].degraded.rateTime: must be 1ms to 60s.",
        "plans:", "- plan: p", "  degraded: { mode: open, rateTime: 1h }")]
    [InlineData("line 3: plans[0].degraded.verifiedWithin: only an open plan has one.",
        "plans:", "- plan: p", "  degraded: { mode: closed, verifiedWithin: 5s }")]
    [InlineData("line 3: plans[0].degraded.budget: is not known here; known are grace, mode, rateTime, verifiedWithin.",
        "plans:", "- plan: p", "  degraded: { mode: open, budget: 5 }")]
    [InlineData("line 1: plans[0].rotation: must be an object.", "plans: [{ plan: p, rotation: monthly }]")]
    [InlineData(
        "line 3: plans[0].rotation.overlap: '7' is not a whole number followed by ms, s, m, h or d, such as 1m.",
        "plans:", "- plan: p", "  rotation: { overlap: 7 }")]
    [InlineData("line 3: plans[0].rotation.quiet: must be 1m to 90d.",
        "plans:", "- plan: p", "  rotation: { quiet: 1s }")]
    [InlineData("line 3: plans[0].rotation.retention: -1 is no number of versions.",
        "plans:", "- plan: p", "  rotation: { retention: -1 }")]
    [InlineData("line 3: plans[0].rotation.every: is not known here; known are acceptEarly, activationDelay, interval, "
        + "lifetime, overlap, quiet, retention.",
        "plans:", "- plan: p", "  rotation: { every: 30d }")]
    [InlineData("line 1: pools[0].address: is missing.", "pools: [{ name: small, models: [m] }]")]
    [InlineData("line 3: pools[0].askForUsage: 'yes' is not true or false.",
        "pools:", "- { name: small, address: \"http://x\", models: [m],", "    askForUsage: yes }")]
    [InlineData("line 2: pools: 'p' stands here 2 times.",
        "pools:", "- { name: p, address: \"http://x\", models: [m] }",
        "- { name: p, address: \"http://y\", models: [n] }")]
    [InlineData("line 2: pools[0].address: 'gpu:8000' is not an http or https address.",
        "pools:", "- { name: p, address: \"gpu:8000\", models: [m] }")]
    [InlineData("line 2: pools[0].models: is empty: name the models that the pool serves.",
        "pools:", "- { name: p, address: \"http://x\" }")]
    public void A_mistake_is_named_with_its_line_and_place(string mistake, params string[] lines) =>
        Assert.Equal([$"sluice.yaml {mistake}"], MistakesIn(lines));

    [Theory]
    [InlineData(
        "line 3: clients[0].role: 'Root' is not 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or "
        + "digit.",
        "role: Root")]
    [InlineData("line 3: clients[0].suspended: 'True' is not true or false.", "suspended: True")]
    [InlineData("line 3: clients[0].limits: must be a list of objects.", "limits: { rpm: 1 }")]
    [InlineData("line 3: clients[0].owner: is not known here; known are allowedAddresses, limits, name, plan, "
        + "replay, role, suspended, tenant.", "owner: me")]
    [InlineData("line 3: clients[0].replay: 'on' is not off, key or nonce.", "replay: on")]
    [InlineData("line 3: clients[0].allowedAddresses: 'office' is not a network or an address, such as 10.0.0.0/8 or "
        + "10.1.2.3.", "allowedAddresses: [10.0.0.0/8, office]")]
    public void A_mistake_in_a_client_is_named(string mistake, string line) => Assert.Equal(
        [$"sluice.yaml {mistake}"],
        MistakesIn(
            "clients:", "- { tenant: a, name: n, plan: p,", $"    {line} }}",
            "tenants: [{ tenant: a }]", "plans: [{ plan: p }]"));

    [Fact]
    public void A_client_names_a_tenant_and_a_plan_of_its_file() => Assert.Equal(
        [
            "sluice.yaml line 3: clients[0].tenant: there is no tenant 'b' in this file.",
            "sluice.yaml line 5: clients[0].plan: there is no plan 'q' in this file.",
        ],
        MistakesIn(
            "tenants: [{ tenant: a }]", "clients:", "- tenant: b", "  name: n", "  plan: q", "plans: [{ plan: p }]"));

    [Fact]
    public void A_tenant_has_each_client_once() => Assert.Equal(
        ["sluice.yaml line 4: clients: 'a/n' stands here 2 times."],
        MistakesIn(
            "tenants: [{ tenant: a }, { tenant: b }]",
            "plans: [{ plan: p }]",
            "clients:",
            "- { tenant: a, name: n, plan: p }",
            "- { tenant: b, name: n, plan: p }",
            "- { tenant: a, name: n, plan: p }"));

    [Theory]
    [InlineData("name: is missing.", "kind: concurrency, amount: 1")]
    [InlineData("kind: 'requests' is not rate, concurrency or quota.", "name: l, kind: requests, amount: 1")]
    [InlineData("kind: '' is not rate, concurrency or quota.", "name: l, amount: 1")]
    [InlineData("amount: is missing.", "name: l, kind: quota")]
    [InlineData("amount: 0 is not between 1 and 1000000000000.", "name: l, kind: quota, amount: 0")]
    [InlineData("amount: -5 is not between 1 and 1000000000000.", "name: l, kind: quota, amount: -5")]
    [InlineData("burst: 'many' is not a whole number.", "name: l, kind: rate, amount: 1, period: 1m, burst: many")]
    [InlineData("period: is missing: a rate has one.", "name: l, kind: rate, amount: 1")]
    [InlineData("period: '1min' is not a whole number followed by ms, s, m, h or d, such as 1m.",
        "name: l, kind: rate, amount: 1, period: 1min")]
    [InlineData("period: 32.00:00:00 is not between 1 millisecond and 31 days.",
        "name: l, kind: rate, amount: 1, period: 32d")]
    [InlineData("calendar: 'year' is not second, minute, hour, day, week or month.",
        "name: l, kind: quota, amount: 1, calendar: year")]
    [InlineData("calendar: only a quota has one.", "name: l, kind: concurrency, amount: 1, calendar: month")]
    [InlineData(
        "units: is not known here; known are addresses, amount, burst, calendar, endpoints, keys, kind, models, name, "
        + "period, quota, rate, shadow, unit.",
        "name: l, kind: quota, amount: 1, units: tokens")]
    [InlineData("keys: 'one' is not the version of a key, which is a whole number.",
        "name: l, kind: quota, amount: 1, keys: [one]")]
    [InlineData("keys: 0 is not the version of a key, which is 1 or more.",
        "name: l, kind: quota, amount: 1, keys: [0]")]
    [InlineData("addresses: '10.0.0.0/33' is not a network or an address, such as 10.0.0.0/8 or 10.1.2.3.",
        "name: l, kind: quota, amount: 1, addresses: [10.0.0.0/33]")]
    [InlineData("endpoints: '/v1/embeddings' is not a path behind /v1/, such as chat/completions.",
        "name: l, kind: quota, amount: 1, endpoints: [/v1/embeddings]")]
    [InlineData("models: 'a*b' is not a model's name or a beginning followed by '*'.",
        "name: l, kind: quota, amount: 1, models: [a*b]")]
    [InlineData("unit: 'token' is not a unit; write tokens.", "name: l, kind: quota, amount: 1, unit: token")]
    [InlineData("unit: only requests are counted at once, not images.",
        "name: l, kind: concurrency, amount: 1, unit: images")]
    [InlineData("quota: 'year' is not second, minute, hour, day, week or month.",
        "name: l, quota: 50 pages/year")]
    [InlineData("amount: 0 is not between 1 and 1000000000000.", "name: l, rate: 0 tokens/min")]
    [InlineData("rate: says it all; leave out kind, amount, unit, burst, period, calendar and what else says it.",
        "name: l, rate: 5 tokens/min, amount: 5")]
    public void A_mistake_in_a_limit_is_named(string mistake, string limit) => Assert.Equal(
        [$"sluice.yaml line 4: plans[0].limits[0].{mistake}"],
        MistakesIn("plans:", "- plan: p", "  limits:", $"  - {{ {limit} }}"));

    [Fact]
    public void A_burst_for_what_is_no_rate_is_a_mistake_of_the_whole_limit() => Assert.Equal(
        ["sluice.yaml line 4: plans[0].limits[0]: only a rate has a burst and a period."],
        MistakesIn("plans:", "- plan: p", "  limits:", "  - { name: l, kind: quota, amount: 1, burst: 2 }"));

    [Fact]
    public void A_limit_that_is_no_number_is_named() => Assert.Contains(
        "sluice.yaml line 1: plans[0].limits[0].amount: '1e6' is not a whole number.",
        MistakesIn("plans: [{ plan: p, limits: [{ name: l, kind: quota, amount: 1e6 }] }]"));

    [Fact]
    public void A_plan_has_each_limit_once() => Assert.Equal(
        ["sluice.yaml line 4: plans[0].limits: 'l' stands here 2 times."],
        MistakesIn(
            "plans:", "- plan: p", "  limits:",
            "  - { name: l, kind: quota, amount: 1 }", "  - { name: l, kind: concurrency, amount: 1 }"));

    [Theory]
    [InlineData("- tenant: a")]
    [InlineData("just a text")]
    [InlineData("---\ntenants: []\n---\nplans: []\n")]
    public void A_file_is_one_object(string text) => Assert.Equal(
        ["sluice.yaml line 1: must be one object with tenants, plans, clients and pools."], MistakesIn(text));

    [Theory]
    [InlineData("line 1", "tenants:", "\t- tenant: a")]
    [InlineData("lines 2 to 3", "tenants:", "- tenant: \"a", "plans: []", "")]
    [InlineData("line 2", "tenants: [", "")]
    [InlineData("line 2", "tenants: []", "tenants: []")]
    [InlineData("line 3", "tenants:", "- tenant: a", "  tenant: b")]
    [InlineData("line 1", "plans: *nowhere")]
    public void What_is_not_YAML_is_told_with_its_line(string place, params string[] lines) =>
        Assert.StartsWith(
            $"sluice.yaml {place}: not YAML: ", Assert.Single(MistakesIn(lines)), StringComparison.Ordinal);

    /// <summary>
    /// Guards against a crash over a template not filled in: <c>{{ x }}</c> is an object whose name is an object.
    /// </summary>
    [Theory]
    [InlineData("line 1: a name here is not a text.", "{{ tenants }}")]
    [InlineData("line 1: plans[0].models: a name here is not a text.", "plans: [{ plan: p, models: {{ models }} }]")]
    [InlineData("line 2: tenants[1]: a name here is not a text.",
        "tenants: [{ tenant: a },", " { tenant: b, [x]: y }]")]
    public void A_name_that_is_no_text_is_a_mistake(string mistake, params string[] lines) =>
        Assert.Equal([$"sluice.yaml {mistake}"], MistakesIn(lines));

    /// <summary>What is anchored stands where it was written, wherever it is used.</summary>
    [Fact]
    public void Members_merged_from_an_anchor_are_not_known() => Assert.Equal(
        ["sluice.yaml line 2: tenants[1].<<: is not known here; known are displayName, limits, tenant, timeZone."],
        MistakesIn("tenants:", "- &a { tenant: a }", "- { tenant: b, <<: *a }"));

    private static List<string> MistakesIn(params string[] lines)
    {
        var mistakes = new List<string>();
        new SluiceFileReader("sluice.yaml", mistakes).Read(string.Join('\n', lines));
        return mistakes;
    }
}
