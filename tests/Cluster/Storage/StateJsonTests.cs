using System.Text.Json;
using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Plans;
using Sluice.Grains.Clients;
using Sluice.Grains.Plans;
using Sluice.Silo.Storage.States;

namespace Sluice.Cluster.Storage;

/// <summary>Stored types only grow. These are rows of today; a later program must read them for ever.</summary>
public sealed class StateJsonTests
{
    private const string ClientOfToday = """
        {
          "definition": {
            "tenant": "acme", "name": "web", "plan": "free", "role": "developer", "suspended": true,
            "limits": [
              {
                "name": "per-minute", "kind": "rate", "unit": "requests", "amount": 60, "burst": 10,
                "period": "00:01:00.5000000", "calendar": "none", "unitName": "", "shadow": false, "scope": null
              }
            ],
            "ownedBy": "sluice.yaml", "allowedAddresses": ["10.0.0.0/8"], "replay": "nonce"
          },
          "keys": [
            {
              "info": {
                "version": 1, "keyId": "k1", "label": "ci", "createdAt": "2026-11-20T10:00:00\u002B00:00",
                "expiresAt": "2027-02-18T10:00:00.125\u002B00:00", "revokedAt": null, "revokedReason": "",
                "rotation": {
                  "rotationId": "autumn", "activatesAt": "2026-11-21T10:00:00\u002B00:00", "acceptedEarly": true,
                  "overlap": "7.00:00:00", "retiresAt": "2026-12-24T10:00:00\u002B00:00", "cancelledAt": null,
                  "fetchBy": "2026-11-21T10:00:00\u002B00:00", "fetchedAt": "2026-11-20T11:00:00\u002B00:00"
                }
              },
              "mac": "AQID", "macKeyId": "m1",
              "use": {
                "firstAt": "2026-11-20T12:00:00\u002B00:00", "lastAt": "2026-11-20T13:00:00\u002B00:00", "accepted": 7,
                "refusedAt": null, "refused": 0
              }
            }
          ],
          "deliveries": [
            {
              "rotationId": "autumn", "keyId": "k1", "version": 1, "sealed": "s1.A256GCM.k.AAAA",
              "endsAt": "2026-11-21T10:00:00\u002B00:00"
            }
          ],
          "changes": 3
        }
        """;

    private const string PlanOfToday = """
        {
          "definition": {
            "plan": "free", "version": 3,
            "limits": [
              {
                "name": "daily", "kind": "quota", "unit": "other", "amount": 1000, "burst": 0,
                "period": "00:00:00", "calendar": "day", "unitName": "pages", "shadow": true,
                "scope": { "models": ["deepseek-*"], "endpoints": [], "keyVersions": [2], "addresses": [] }
              }
            ],
            "usableModels": ["deepseek-*"], "visibleModels": [], "ownedBy": "",
            "degraded": {
              "open": true, "rateTime": "00:00:02", "grace": "00:00:30", "verifiedWithin": "00:01:00"
            },
            "reserveFullCap": true, "lenientFence": true, "stopStreams": true, "withoutChunks": false,
            "metered": true,
            "rotation": {
              "interval": "30.00:00:00", "activationDelay": "1.00:00:00", "overlap": null, "acceptEarly": false,
              "retention": 5, "quiet": "02:00:00", "lifetime": null
            },
            "prices": [
              { "models": "*", "input": 270000, "output": 1100000, "request": 0, "image": 1000, "page": 0 }
            ]
          }
        }
        """;

    [Fact]
    public void A_client_of_today_is_read_and_written_as_it_is()
    {
        var client = StateJson.Read<StoredClient>(ClientOfToday);

        Assert.Equal((LimitKind.Rate, TimeSpan.FromSeconds(60.5)), LimitOf(client.Definition!));
        Assert.Equal([1, 2, 3], Assert.Single(client.Keys).Mac);
        Assert.Equal(new DateTimeOffset(2027, 2, 18, 10, 0, 0, 125, TimeSpan.Zero), client.Keys[0].Info.ExpiresAt);
        AssertSame(ClientOfToday, StateJson.Write(client));
    }

    [Fact]
    public void A_plan_of_today_is_read_and_written_as_it_is() =>
        AssertSame(PlanOfToday, StateJson.Write(StateJson.Read<StoredPlan>(PlanOfToday)));

    /// <summary>As plans were stored when limits counted requests by the month alone.</summary>
    [Fact]
    public void A_plan_from_before_units_had_names_counts_what_it_counted()
    {
        var plan = StateJson.Read<StoredPlan>(
            """
            {"definition":{"plan":"free","version":3,"usableModels":[],"limits":[{"name":"monthly","kind":"quota",
            "unit":"requests","amount":1000,"burst":0,"period":"00:00:00","calendar":"month"}]}}
            """).Definition!;

        Assert.Equal(
            new LimitDefinition
            {
                Name = "monthly", Kind = LimitKind.Quota, Amount = 1_000, Calendar = CalendarPeriod.Month,
            },
            Assert.Single(plan.Limits));
        Assert.False(plan.ReserveFullCap);
    }

    /// <summary>As keys were stored before they could be rotated.</summary>
    [Fact]
    public void A_key_from_before_rotations_is_the_primary_of_its_own()
    {
        var client = StateJson.Read<StoredClient>(
            """
            {"keys":[{"info":{"version":1,"keyId":"key-1","label":"","createdAt":"2026-11-20T10:00:00+00:00",
            "expiresAt":"2027-02-18T10:00:00+00:00"},"mac":"AQID","macKeyId":"m1"}]}
            """);

        var version = Assert.Single(StoredKeyVersion.RingOf(client.Keys).Versions);
        Assert.Equal(("", false, null), (version.RotationId, version.AcceptedEarly, version.ActivatesAt));
        Assert.Null(client.Keys[0].Use);
        Assert.Empty(client.Deliveries);
    }

    [Fact]
    public void What_is_missing_is_at_its_default_and_what_is_not_known_is_passed_over()
    {
        var client = StateJson.Read<StoredClient>(
            """{"definition":{"tenant":"acme","name":"web","plan":"free","colour":"red"},"more":[{}]}""");

        Assert.Equal(("user", false), (client.Definition!.Role, client.Definition.Suspended));
        Assert.Empty(client.Definition.Limits);
        Assert.Empty(client.Keys);
    }

    [Fact]
    public void A_text_that_is_no_state_is_an_exception_and_not_a_new_state()
    {
        Assert.Throws<JsonException>(() => StateJson.Read<StoredClient>("null"));
        Assert.Throws<JsonException>(() => StateJson.Read<StoredClient>("""{"keys":7}"""));
    }

    private static (LimitKind, TimeSpan) LimitOf(ClientDefinition client) =>
        (Assert.Single(client.Limits).Kind, client.Limits[0].Period);

    /// <summary>The same JSON, spaces aside: members too many or too few are a difference.</summary>
    private static void AssertSame(string expected, string actual) => Assert.Equal(
        JsonSerializer.Serialize(JsonElement.Parse(expected)),
        JsonSerializer.Serialize(JsonElement.Parse(actual)));
}
